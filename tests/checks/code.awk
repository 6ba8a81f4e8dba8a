# Prints FILE:LINE:CODE for each line of C, comments and the insides of literals blanked.
BEGIN { IN_CODE = 0; IN_COMMENT = 1 }
FNR == 1 { state = IN_CODE }
{
    code = ""; n = length($0); literal = ""
    for (i = 1; i <= n; i++) {
        c = substr($0, i, 1); two = substr($0, i, 2)
        if (state == IN_COMMENT) {
            if (two == "*/") { state = IN_CODE; i++ }
        } else if (literal != "") {
            if (c == "\\") i++
            else if (c == literal) { literal = ""; code = code c }
        } else if (two == "/*") { state = IN_COMMENT; i++ }
        else if (two == "//") break
        else {
            if (c == "\"" || c == "'") literal = c
            code = code c
        }
    }
    if (code ~ /[^ \t]/) print FILENAME ":" FNR ":" code
}
