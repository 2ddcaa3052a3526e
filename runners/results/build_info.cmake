# Run at every build: writes build_info.h when the commit or the flags have changed.
execute_process(COMMAND git describe --always --dirty --abbrev=12 --exclude=*
	WORKING_DIRECTORY ${SOURCE_DIR} OUTPUT_VARIABLE commit ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT commit)
	set(commit "unknown")
endif()
set(text "/* Generated. */
#define BUILD_VERSION  \"${VERSION}\"
#define BUILD_COMMIT   \"${commit}\"
#define BUILD_COMPILER \"${COMPILER}\"
#define BUILD_FLAGS    \"${FLAGS}\"
#define BUILD_TYPE     \"${TYPE}\"
#define BUILD_SANITIZE \"${SANITIZE}\"
")
set(old "")
if(EXISTS ${OUTPUT})
	file(READ ${OUTPUT} old)
endif()
if(NOT old STREQUAL text)
	file(WRITE ${OUTPUT} "${text}")
endif()
