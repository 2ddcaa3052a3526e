# What `cmake --install` copies. Data keeps the path that it has in the source tree, so that
# runners/data_path.c finds it by one name in both.
set(NUMAMARK_DATA_DIR ${CMAKE_INSTALL_FULL_DATADIR}/numamark)
file(RELATIVE_PATH NUMAMARK_DATA_BESIDE ${CMAKE_INSTALL_FULL_BINDIR} ${NUMAMARK_DATA_DIR})

# Called once all targets are known.
function(numamark_install)
	set(data ${CMAKE_INSTALL_DATADIR}/numamark)
	install(TARGETS numamark RUNTIME)
	install(FILES runners/cli/numamark.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
	install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
	install(DIRECTORY workloads/presets DESTINATION ${data}/workloads
		FILES_MATCHING PATTERN "*.ini" PATTERN "*.json" PATTERN "*.ladder")
	install(DIRECTORY runners/measure/groups DESTINATION ${data}/runners/measure)
	install(DIRECTORY runners/server/kinds DESTINATION ${data}/runners/server)
	install(DIRECTORY plots DESTINATION ${data}
		FILES_MATCHING PATTERN "*.gp" PATTERN "*.css" PATTERN "*.js")
	install(DIRECTORY hosts DESTINATION ${data} PATTERN CMakeLists.txt EXCLUDE)
endfunction()
