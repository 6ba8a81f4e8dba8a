#include "reference/normal.h"

#include "base/base64.h"
#include "base/cid.h"
#include "wire/signature.h"

#include <ctype.h>

/* ---- names ------------------------------------------------------------------------------------------ */

bool names_add_node(struct names *names, struct span id, struct span name)
{
    size_t at = names->n_nodes, n = 0;

    if (at == NAMES_NODES_MAX || name.n >= KIND_SIZE_MAX)
        return false;
    for (size_t i = 0; i < name.n; i++) {
        bool number = name.p[i] == '-' && i + 1 < name.n && isdigit((unsigned char)name.p[i + 1]);
        if (!number && !isdigit((unsigned char)name.p[i]))
            names->kinds[at][n++] = name.p[i];
    }
    names->kinds[at][n] = '\0';
    names->nodes[names->n_nodes++] = id;
    return true;
}

bool names_add_job(struct names *names, struct span id)
{
    if (names->n_jobs == NAMES_JOBS_MAX || !is_uuid(id))
        return false;
    names->jobs[names->n_jobs++] = id;
    return true;
}

size_t names_node(const struct names *names, struct span id)
{
    for (size_t i = 0; i < names->n_nodes; i++)
        if (span_eq(names->nodes[i], id))
            return i;
    return NAMES_NODES_MAX;
}

size_t names_job(const struct names *names, struct span id)
{
    for (size_t i = 0; i < names->n_jobs; i++)
        if (span_eq(names->jobs[i], id))
            return i;
    return NAMES_JOBS_MAX;
}

/* ---- what each kind of text must look like ---------------------------------------------------------- */

/* `pattern`: 0 a digit, x a lower-case hex digit, v one of 89ab; all else itself. */
static bool fits(struct span text, const char *pattern)
{
    if (text.n != strlen(pattern))
        return false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i], p = pattern[i];
        bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        bool good = p == '0'   ? isdigit((unsigned char)c) != 0
                    : p == 'x' ? hex
                    : p == 'v' ? hex && strchr("89ab", c)
                               : c == p;
        if (!good)
            return false;
    }
    return true;
}

bool is_uuid(struct span text)
{
    return fits(text, "xxxxxxxx-xxxx-4xxx-vxxx-xxxxxxxxxxxx");
}

bool is_peer_id(struct span text)
{
    if (text.n != MULTIHASH_TEXT_SIZE || !span_starts(text, SPAN("Qm")))
        return false;
    for (size_t i = 0; i < text.n; i++)
        if (!isalnum((unsigned char)text.p[i]) || strchr("0OIl", text.p[i]))
            return false;
    return true;
}

/* The text from `at` to the next quote; the zero span when there is none. */
static struct span quoted(struct span text, size_t at)
{
    const char *end = memchr(text.p + at, '"', text.n - at);

    return end ? span_of(text.p + at, (size_t)(end - text.p) - at) : (struct span){ NULL, 0 };
}

static bool comes_after(struct span text, size_t at, struct span before)
{
    return at >= before.n && memcmp(text.p + at - before.n, before.p, before.n) == 0;
}

/* Letters and digits on either side would make it a part of something else. */
static bool stands_alone(struct span text, size_t at, size_t n)
{
    bool before = at > 0 && isalnum((unsigned char)text.p[at - 1]);
    bool after = at + n < text.n && isalnum((unsigned char)text.p[at + n]);

    return !before && !after;
}

static bool stands_at(struct span text, size_t at, struct span what)
{
    return what.n && text.n - at >= what.n && memcmp(text.p + at, what.p, what.n) == 0 &&
           stands_alone(text, at, what.n);
}

static size_t time_size(struct span text, size_t at)
{
    enum { SECONDS = 19 }; /* 2023-03-22T09:00:00 */
    struct span time = at > 0 && text.p[at - 1] == '"' ? quoted(text, at) : (struct span){ NULL, 0 };

    if (time.n <= SECONDS || !fits(span_of(time.p, SECONDS), "0000-00-00T00:00:00") || time.p[time.n - 1] != 'Z')
        return 0;
    if (span_is(time, "0001-01-01T00:00:00Z"))
        return 0;
    size_t fraction = time.n - SECONDS - 1; /* the point and its digits */
    if (fraction == 0)
        return time.n;
    if (fraction == 1 || fraction > 10 || time.p[SECONDS] != '.' || time.p[time.n - 2] == '0')
        return 0;
    for (size_t i = SECONDS + 1; i < time.n - 1; i++)
        if (!isdigit((unsigned char)time.p[i]))
            return 0;
    return time.n;
}

static bool made_of_key(struct span id, struct span key)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    unsigned char digest[SHA256_SIZE];
    char made[MULTIHASH_TEXT_SIZE + 1];
    struct span bytes;

    if (base64_decode(key, &arena, &bytes, NULL) != ERR_OK || bytes.n != 299)
        return false;
    crypto_sha256(bytes, digest);
    multihash_text(digest, made);
    return span_is(id, made);
}

static size_t requester_size(struct span text, size_t at)
{
    static const struct span between = { "\",\"RequesterPublicKey\":\"", 24 };

    if (!comes_after(text, at, SPAN("\"RequesterNodeID\":\"")))
        return 0;
    struct span id = quoted(text, at);
    if (!id.p || text.n - at - id.n < between.n || memcmp(id.p + id.n, between.p, between.n) != 0)
        return 0;
    struct span key = quoted(text, at + id.n + between.n);
    bool stand_in = span_is(id, "QmRequesterNodeAAAAAAAA") && span_is(key, "cGs/");
    return stand_in || (key.p && made_of_key(id, key)) ? id.n + between.n + key.n : 0;
}

static size_t commit_size(struct span text, size_t at)
{
    if (!comes_after(text, at, SPAN("\"gitcommit\":\"")))
        return 0;
    struct span commit = quoted(text, at);
    return span_is(commit, "c") || fits(commit, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx") ? commit.n : 0;
}

static size_t cid_size(struct span text, size_t at)
{
    if (!comes_after(text, at, SPAN("\"CID\":\"")) && !comes_after(text, at, SPAN("\"IPFS\":\"")))
        return 0;
    struct span cid = quoted(text, at);
    return cid.p && is_peer_id(cid) ? cid.n : 0;
}

/* ---- tokens ----------------------------------------------------------------------------------------- */

/* An id is long enough to be known with something behind it: recorded requests ask for `${job1}x`. */
static bool job_begins(struct span text, size_t at, struct span id)
{
    return text.n - at >= id.n && memcmp(text.p + at, id.p, id.n) == 0;
}

static struct token job_at(struct span text, size_t at, const struct names *names)
{
    for (size_t i = 0; i < names->n_jobs; i++)
        if (job_begins(text, at, names->jobs[i]))
            return (struct token){ TOKEN_JOB, names->jobs[i].n, i };
    for (size_t i = 0; i < names->n_jobs; i++)
        if (stands_at(text, at, span_of(names->jobs[i].p, SHORT_ID_SIZE)))
            return (struct token){ TOKEN_SHORT_JOB, SHORT_ID_SIZE, i };
    return (struct token){ 0 };
}

/* The longest name wins. */
static struct token node_at(struct span text, size_t at, const struct names *names)
{
    struct token best = { 0 };

    for (size_t i = 0; i < names->n_nodes; i++)
        if (names->nodes[i].n > best.n && stands_at(text, at, names->nodes[i]))
            best = (struct token){ TOKEN_NODE, names->nodes[i].n, i };
    return best;
}

static bool execution_at(struct span text, size_t at)
{
    enum { UUID = 36 };

    return text.n - at >= 2 + UUID && text.p[at] == 'e' && text.p[at + 1] == '-' &&
           is_uuid(span_of(text.p + at + 2, UUID)) && stands_alone(text, at, 2 + UUID);
}

/* The requester as the source of an event. */
static size_t source_size(struct span text, size_t at, const struct names *names)
{
    bool is_source = comes_after(text, at, SPAN("\"SourceNodeID\":\""));

    return is_source && stands_at(text, at, names->requester) ? names->requester.n : 0;
}

struct token token_at(struct span text, size_t at, const struct names *names)
{
    struct token token = { 0 };
    size_t n;

    if (!isalnum((unsigned char)text.p[at]) || (at > 0 && isalnum((unsigned char)text.p[at - 1])))
        return token; /* each begins so: most places need no closer look */
    if ((n = requester_size(text, at)) || (n = source_size(text, at, names)))
        return (struct token){ TOKEN_REQUESTER, n, 0 };
    if ((n = commit_size(text, at)))
        return (struct token){ TOKEN_COMMIT, n, 0 };
    if (names->cids && (n = cid_size(text, at)))
        return (struct token){ TOKEN_CID, n, 0 };
    if ((n = time_size(text, at)))
        return (struct token){ TOKEN_TIME, n, 0 };
    if (execution_at(text, at))
        return (struct token){ TOKEN_EXECUTION, 2 + 36, 0 };
    if ((token = job_at(text, at, names)).n)
        return token;
    return node_at(text, at, names);
}

static void put_token(struct token token, const struct names *names, size_t self, struct buf *out)
{
    switch (token.kind) {
    case TOKEN_JOB:
        buf_printf(out, "${job%zu}", token.which + 1);
        break;
    case TOKEN_SHORT_JOB:
        buf_printf(out, "${short%zu}", token.which + 1);
        break;
    case TOKEN_EXECUTION:
        buf_text(out, "${execution}");
        break;
    case TOKEN_TIME:
        buf_text(out, "${time}");
        break;
    case TOKEN_NODE:
        buf_printf(out, "${%s}", token.which == self ? "self" : names->kinds[token.which]);
        break;
    case TOKEN_REQUESTER:
        buf_text(out, "${requester}");
        break;
    case TOKEN_CID:
        buf_text(out, "${cid}");
        break;
    case TOKEN_COMMIT:
        buf_text(out, "${commit}");
        break;
    case TOKEN_NONE:
        break;
    }
}

void normal_form(struct span text, const struct names *names, size_t self, struct buf *out)
{
    size_t done = 0, at = 0;

    while (at < text.n) {
        struct token token = token_at(text, at, names);
        if (token.kind == TOKEN_NONE) {
            at++;
            continue;
        }
        buf_add(out, text.p + done, at - done);
        put_token(token, names, self, out);
        done = at += token.n;
    }
    buf_add(out, text.p + done, text.n - done);
}
