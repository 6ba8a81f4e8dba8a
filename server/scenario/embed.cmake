# Writes a C file that holds other files' bytes: the table `shipped_files` of server/scenario/shipped.h.
#   cmake -DROOT=FOLDER -DFILES=A;B -DOUT=FILE -P embed.cmake      (FILES are named relative to ROOT)
set(arrays "")
set(rows "")
set(number 0)
foreach(path IN LISTS FILES)
  file(READ "${ROOT}/${path}" bytes HEX)
  string(REGEX REPLACE "(................)" "\\1\n" bytes "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  set(name NULL)
  if(path MATCHES "^scenarios/([^/.]+)\\.json$")
    set(name "\"${CMAKE_MATCH_1}\"")
  endif()
  string(APPEND arrays "static const unsigned char file_${number}[] = {\n${bytes}0x00\n};\n")
  string(APPEND rows "    { \"${path}\", ${name}, file_${number}, sizeof file_${number} - 1 },\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE "${OUT}" "/* Made by server/embed.cmake. */
#include \"scenario/shipped.h\"

${arrays}
const struct shipped_file shipped_files[] = {
${rows}    { NULL, NULL, NULL, 0 },
};
")
