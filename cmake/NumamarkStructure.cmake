# numamark_family(name): structures/<name>/<name>.c, which defines `const struct family <name>_family`.
function(numamark_family name)
	set_property(GLOBAL APPEND PROPERTY NUMAMARK_FAMILY_SOURCES
		${CMAKE_CURRENT_SOURCE_DIR}/${name}/${name}.c)
	set_property(GLOBAL APPEND_STRING PROPERTY NUMAMARK_CATALOGUE "FAMILY(${name}_family)\n")
endfunction()

set(NUMAMARK_COVER "" CACHE STRING
	"A number: compile a part of each structure's variants, which it chooses (for tests under sanitizers)")

# What tests name, and plant defects in.
set(NUMAMARK_COVER_ALWAYS
	map/chained@lease map/chained@mcs map/chained@mutex map/chained@rwlock map/chained@spin
	map/line@bucket map/michael+ebr map/michael+hp map/michael+ibr map/probing+ebr
	map/sharded@mutex map/sharded@rwlock map/tagged+ebr ordered/btree+ebr ordered/btree_snapshot+ebr
	ordered/skiplist@mutex ordered/skiplist@spin
	queue/faa_segment+ebr queue/lcrq+ebr queue/lcrq+hp queue/list@mutex queue/list@spin
	queue/lscq+ebr queue/lscq+hp queue/michael_scott+ebr queue/michael_scott+hp
	queue/michael_scott+ibr queue/two_lock@mutex queue/two_lock@spin kvslot/slots_lossless+ebr
	kvblock/clock+ebr kvblock/lru@mutex kvblock/lru@spin kvblock/radix+ebr kvblock/replicated+ebr
	kvblock/sieve+ebr)

# numamark_rotate(result choice...): the same, from another one on that NUMAMARK_COVER chooses.
function(numamark_rotate result)
	set(in_turn "")
	if(ARGN)
		list(LENGTH ARGN count)
		math(EXPR first "${NUMAMARK_COVER} % ${count}")
		list(SUBLIST ARGN ${first} -1 in_turn)
		list(SUBLIST ARGN 0 ${first} rest)
		list(APPEND in_turn ${rest})
	endif()
	set(${result} ${in_turn} PARENT_SCOPE)
endfunction()

# numamark_choose(result prefix choice...): all choices, or with NUMAMARK_COVER a part: those of which the list above
# has @prefix and choice, one more, and another if no structure before has it; the number says where the search begins.
function(numamark_choose result prefix)
	set(chosen ${ARGN})
	if(ARGN AND NOT NUMAMARK_COVER STREQUAL "")
		set(always "")
		set(others "")
		foreach(choice ${ARGN})
			if("${prefix}${choice}" IN_LIST NUMAMARK_COVER_ALWAYS)
				list(APPEND always ${choice})
			else()
				list(APPEND others ${choice})
			endif()
		endforeach()
		numamark_rotate(in_turn ${others})
		get_property(covered GLOBAL PROPERTY NUMAMARK_COVERED)
		set(fresh ${in_turn})
		list(REMOVE_ITEM fresh ${covered})
		list(SUBLIST fresh 0 2 more)
		if(NOT more)
			list(SUBLIST in_turn 0 1 more)
		endif()
		set_property(GLOBAL APPEND PROPERTY NUMAMARK_COVERED ${always} ${more})
		set(chosen ${always} ${more})
	endif()
	set(${result} ${chosen} PARENT_SCOPE)
endfunction()

# numamark_structure(family/source [NAME name] [DEFINE macro...] [RECLAIM scheme...] [LOCK lock...] [LIBRARIES target...])
#
# Registers structures/<family>/<source>.c in the catalogue, once per choice:
#   RECLAIM ebr hp       variants family/name+ebr, family/name+hp, compiled with NUMAMARK_RECLAIM_EBR=1...
#   LOCK mutex rwlock    variants family/name@mutex, family/name@rwlock, compiled with NUMAMARK_LOCK_MUTEX=1...
#   neither              one variant family/name
# A scheme of liburcu brings its library.
# NAME and DEFINE give a second structure from the same source (an update by replacement instead of in place).
# The source sees VARIANT_SYMBOL, VARIANT_NAME, VARIANT_FAMILY, VARIANT_STRUCTURE, VARIANT_RECLAIM and VARIANT_LOCK
# (structures/variant.h turns them into the catalogue entry).
#
# With NUMAMARK_COVER=seed only a part of each structure's choices is compiled: see numamark_choose().
function(numamark_structure source)
	cmake_parse_arguments(S "" "NAME" "DEFINE;RECLAIM;LOCK;LIBRARIES" ${ARGN})
	get_filename_component(family ${source} DIRECTORY)
	get_filename_component(name ${source} NAME)
	if(S_NAME)
		set(name ${S_NAME})
	endif()
	numamark_choose(S_RECLAIM "${family}/${name}+" ${S_RECLAIM})
	numamark_choose(S_LOCK "${family}/${name}@" ${S_LOCK})
	if(S_RECLAIM)
		foreach(scheme ${S_RECLAIM})
			numamark_variant(${source} ${family} ${name} "${scheme}" "")
		endforeach()
	elseif(S_LOCK)
		foreach(lock ${S_LOCK})
			numamark_variant(${source} ${family} ${name} "" "${lock}")
		endforeach()
	else()
		numamark_variant(${source} ${family} ${name} "" "")
	endif()
endfunction()

# One compilation of one source. A macro in a function's clothes: uses S_DEFINE and S_LIBRARIES of its caller.
macro(numamark_variant source family name scheme lock)
	set(full "${family}/${name}")
	set(definitions "")
	if(NOT "${scheme}" STREQUAL "")
		string(APPEND full "+${scheme}")
		string(TOUPPER "NUMAMARK_RECLAIM_${scheme}" macro_name)
		string(REPLACE "-" "_" macro_name ${macro_name})
		list(APPEND definitions "${macro_name}=1")
	endif()
	set(libraries ${S_LIBRARIES})
	if("${scheme}" MATCHES "^urcu-")
		list(APPEND libraries PkgConfig::${scheme} PkgConfig::urcu-cds)
	endif()
	if(NOT "${lock}" STREQUAL "")
		string(APPEND full "@${lock}")
		string(TOUPPER "NUMAMARK_LOCK_${lock}" macro_name)
		string(REPLACE "-" "_" macro_name ${macro_name})
		list(APPEND definitions "${macro_name}=1")
	endif()
	string(MAKE_C_IDENTIFIER "variant_${full}" symbol)
	add_library(${symbol} OBJECT ${CMAKE_CURRENT_SOURCE_DIR}/${source}.c)
	target_compile_definitions(${symbol} PRIVATE ${definitions} ${S_DEFINE}
		VARIANT_SYMBOL=${symbol} VARIANT_NAME="${full}" VARIANT_FAMILY=${family}_family
		VARIANT_STRUCTURE="${name}" VARIANT_RECLAIM="${scheme}" VARIANT_LOCK="${lock}")
	target_link_libraries(${symbol} PRIVATE ${libraries})
	set_property(GLOBAL APPEND PROPERTY NUMAMARK_VARIANT_TARGETS ${symbol})
	set_property(GLOBAL APPEND PROPERTY NUMAMARK_VARIANT_LIBRARIES ${libraries})
	set_property(GLOBAL APPEND_STRING PROPERTY NUMAMARK_CATALOGUE "VARIANT(${symbol})\n")
endmacro()

# numamark_catalogue(target): a library of all that was registered, with the one const array.
function(numamark_catalogue target)
	get_property(entries GLOBAL PROPERTY NUMAMARK_CATALOGUE)
	get_property(variants GLOBAL PROPERTY NUMAMARK_VARIANT_TARGETS)
	file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/catalogue.def CONTENT "${entries}")
	get_property(families GLOBAL PROPERTY NUMAMARK_FAMILY_SOURCES)
	target_sources(${target} PRIVATE ${families})
	foreach(variant ${variants})
		target_sources(${target} PRIVATE $<TARGET_OBJECTS:${variant}>)
	endforeach()
	get_property(libraries GLOBAL PROPERTY NUMAMARK_VARIANT_LIBRARIES)
	list(REMOVE_DUPLICATES libraries)
	target_link_libraries(${target} PUBLIC ${libraries})
endfunction()
