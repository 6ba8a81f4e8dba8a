/* Sessions under many threads: random operations against a model of what each session holds, and rounds of reads that a job
 * script counts. */
#include "base/draw.h"
#include "support/house.h"
#include "support/suite.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
enum { SESSIONS = 20, THREADS = 16, OPERATIONS = 100, CLIENTS = 8, ROUNDS = 100 };
#else
enum { SESSIONS = 100, THREADS = 16, OPERATIONS = 1000, CLIENTS = 8, ROUNDS = 10000 / CLIENTS };
#endif
enum { JOBS_MAX = 64, NAME_MAX_SIZE = 24 };

static struct house house;

/* ---- the model ----------------------------------------------------------------------------------------------------- */

/* What a session holds. Its lock is held for each operation on it, so that two threads do not race for one session. */
static struct model {
    pthread_mutex_t lock;
    char client[NAME_MAX_SIZE];
    char ids[JOBS_MAX][UUID_SIZE + 1];
    int n;
    struct world *world; /* to be compared */
} models[SESSIONS];

static void add_session(struct model *model, int seed)
{
    struct program *program = house_program("{\"version\": 1}", CLOCK_KIND_MANUAL, (uint64_t)seed);
    struct world_options options = worlds_options_for(&house.worlds, span_text(model->client), program);

    MUST(world_new(&options, &model->world, NULL) == ERR_OK);
    program_drop(program);
    MUST(worlds_add(&house.worlds, model->world, SESSION_TTL_DEFAULT) == WORLDS_ADDED);
    world_drop(model->world);
    model->n = 0;
}

static void end_session(const struct model *model)
{
    struct world *world = worlds_remove(&house.worlds, span_text(model->client));

    world_close(world);
    world_drop(world);
}

/* ---- operations: each returns whether the answer is what the model says --------------------------------------------------- */

struct operator {
    struct draw draw;
    int wrong;
};

static bool submit(struct model *model, struct operator *o)
{
    (void)o;
    if (model->n == JOBS_MAX)
        return true;
    struct house_answer answer = house_submit(&house, model->client, model->ids[model->n]);
    model->n++;
    return answer.status == 200 && answer.world == model->world;
}

static const char *any_id(struct model *model, struct operator *o)
{
    return model->ids[draw_below(&o->draw, (uint64_t)model->n)];
}

static bool read_by_client(struct model *model, struct operator *o)
{
    if (!model->n)
        return true;
    struct house_answer answer = house_states(&house, model->client, any_id(model, o));
    return answer.status == 200 && answer.world == model->world;
}

static bool read_by_id(struct model *model, struct operator *o)
{
    if (!model->n)
        return true;
    struct house_answer answer = house_states(&house, "", any_id(model, o));
    return answer.status == 200 && answer.world == model->world;
}

/* The client has a session, which does not have the job of another. Without waiting for its lock: it may be ended just now. */
static bool read_of_another(struct model *model, struct operator *o)
{
    struct model *other = model == models ? &models[1] : &models[0];

    if (!model->n || pthread_mutex_trylock(&other->lock))
        return true;
    struct house_answer answer = house_states(&house, other->client, any_id(model, o));
    bool right = answer.status != 200 && answer.world == other->world;
    pthread_mutex_unlock(&other->lock);
    return right;
}

static bool list(struct model *model, struct operator *o)
{
    char body[128];

    (void)o;
    snprintf(body, sizeof body, "{\"client_id\":\"%s\",\"return_all\":true,\"max_jobs\":1000}", model->client);
    struct house_answer answer = house_post(&house, "/requester/list", body, NULL);
    return answer.status == 200 && answer.jobs == model->n;
}

static bool list_by_header(struct model *model, struct operator *o)
{
    (void)o;
    struct house_answer answer = house_post(&house, "/requester/list", "{\"return_all\":true,\"max_jobs\":1000}", model->client);
    return answer.world == model->world && answer.jobs == model->n;
}

static bool begin_again(struct model *model, struct operator *o)
{
    (void)o;
    world_enter(model->world);
    world_reset(model->world, &(struct world_reset){ .jobs = true, .journal = true });
    world_leave(model->world);
    model->n = 0;
    return true;
}

static bool end_and_add(struct model *model, struct operator *o)
{
    end_session(model);
    add_session(model, (int)draw_below(&o->draw, 1 << 30));
    return true;
}

static const struct {
    bool (*run)(struct model *model, struct operator *o);
    int weight;
} operations[] = {
    { submit, 30 }, { read_by_client, 20 }, { read_by_id, 20 },  { read_of_another, 10 },
    { list, 10 },   { list_by_header, 5 },  { begin_again, 2 }, { end_and_add, 3 },
};
enum { WEIGHTS = 100 };

static bool operate(struct operator *o)
{
    struct model *model = &models[draw_below(&o->draw, SESSIONS)];
    int at = (int)draw_below(&o->draw, WEIGHTS);
    size_t i = 0;

    while (at >= operations[i].weight)
        at -= operations[i++].weight;
    pthread_mutex_lock(&model->lock);
    bool right = operations[i].run(model, o);
    pthread_mutex_unlock(&model->lock);
    return right;
}

static void *run_operator(void *context)
{
    struct operator *o = context;

    for (int i = 0; i < OPERATIONS; i++)
        o->wrong += !operate(o);
    return NULL;
}

START_TEST(sessions_hold_what_their_clients_did_and_nothing_else)
{
    struct operator operators[THREADS];
    pthread_t threads[THREADS];

    house_open(&house, "{\"version\": 1}");
    for (int i = 0; i < SESSIONS; i++) {
        pthread_mutex_init(&models[i].lock, NULL);
        snprintf(models[i].client, sizeof models[i].client, "client-%d", i);
        add_session(&models[i], i + 2);
    }
    for (int i = 0; i < THREADS; i++) {
        operators[i] = (struct operator){ .draw = draw_of_seed((uint64_t)i + 1) };
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run_operator, &operators[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);

    for (int i = 0; i < THREADS; i++)
        ck_assert_msg(operators[i].wrong == 0, "thread %d, of seed %d: %d wrong answers", i, i + 1, operators[i].wrong);
    ck_assert_uint_eq(worlds_sessions(&house.worlds), SESSIONS);
    house_close(&house);
}
END_TEST

/* ---- rounds of reads ---------------------------------------------------------------------------------------------------- */

/* The second read moves the job: it still shows the state before, the third the state after. */
static bool round_is_right(const char *client)
{
    char id[UUID_SIZE + 1];

    house_submit(&house, client, id);
    bool before = !strstr(house_states(&house, client, id).body, "\"State\":\"Completed\"");
    before = !strstr(house_states(&house, client, id).body, "\"State\":\"Completed\"") && before;
    return before && strstr(house_states(&house, client, id).body, "\"State\":\"Completed\"");
}

static void *run_rounds(void *context)
{
    int *wrong = context;

    for (int i = 0; i < ROUNDS; i++)
        *wrong += !round_is_right("reader");
    return NULL;
}

START_TEST(eight_clients_read_jobs_of_one_script_and_each_moves_at_its_second_read)
{
    int wrong[CLIENTS] = { 0 };
    pthread_t threads[CLIENTS];

    house_open(&house, "{\"version\": 1, \"nodes\": [{\"name\": \"a\"}], \"jobs\": [{\"name\": \"r\", \"match\": {\"client_id\": \"reader\"}, \"steps\": [{\"after\": {\"reads\": 2}, \"job\": \"Completed\"}]}]}");
    for (int i = 0; i < CLIENTS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run_rounds, &wrong[i]), 0);
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(threads[i], NULL);

    for (int i = 0; i < CLIENTS; i++)
        ck_assert_msg(wrong[i] == 0, "client %d: %d of %d rounds are wrong", i, wrong[i], ROUNDS);
    house_close(&house);
}
END_TEST

TEST_MAIN("session model",
          TEST(sessions_hold_what_their_clients_did_and_nothing_else),
          TEST(eight_clients_read_jobs_of_one_script_and_each_moves_at_its_second_read))
