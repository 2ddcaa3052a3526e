# Structures compiled a second time, with NUMAMARK_EXPLORE=1: each atomic operation is a point at
# which the explorer may let another worker go first.

# numamark_explored(symbol variant include_dir...): the catalogue's @variant once more, as @symbol;
# headers in @include_dir come before the project's own.
function(numamark_explored symbol variant)
	get_target_property(source ${variant} SOURCES)
	get_target_property(definitions ${variant} COMPILE_DEFINITIONS)
	list(FILTER definitions EXCLUDE REGEX "^VARIANT_SYMBOL=")
	add_library(explored_${symbol} OBJECT ${source})
	target_compile_definitions(explored_${symbol} PRIVATE ${definitions}
		NUMAMARK_EXPLORE=1 VARIANT_SYMBOL=${symbol})
	target_include_directories(explored_${symbol} BEFORE PRIVATE ${ARGN})
	target_compile_options(explored_${symbol} PRIVATE -O1)    # nothing is measured here
endfunction()

# numamark_explored_small(variant name macro...): the same as @name, with @macro: a structure so small
# that short histories meet the ends of its parts. Appends to explored_catalogue.
function(numamark_explored_small variant name)
	string(MAKE_C_IDENTIFIER "variant_${name}" symbol)
	numamark_explored(${symbol} ${variant})
	get_target_property(definitions explored_${symbol} COMPILE_DEFINITIONS)
	list(FILTER definitions EXCLUDE REGEX "^VARIANT_NAME=")
	set_target_properties(explored_${symbol} PROPERTIES
		COMPILE_DEFINITIONS "${definitions};VARIANT_NAME=\"${name}\";${ARGN}")
	target_sources(test_explored PRIVATE $<TARGET_OBJECTS:explored_${symbol}>)
	set(explored_catalogue "${explored_catalogue}VARIANT(${symbol})\n" PARENT_SCOPE)
endfunction()

# Of each structure: under ebr, hp and ibr, whose cold halves are compiled again below; under the spin
# lock or its own; and of the simplest one under every lock that waits in user space, for the locks'
# sake. liburcu's code has no points, and its waits would wait for ever; nor has what waits for a
# server or a disk.
function(numamark_is_explored variant result)
	set(${result} FALSE PARENT_SCOPE)
	get_target_property(definitions ${variant} COMPILE_DEFINITIONS)
	get_target_property(libraries ${variant} LINK_LIBRARIES)
	get_target_property(source ${variant} SOURCES)
	get_filename_component(source ${source} ABSOLUTE BASE_DIR ${CMAKE_SOURCE_DIR}/structures)
	file(STRINGS ${source} server REGEX "VARIANT_SERVER")
	if(server OR "${definitions}" MATCHES "VARIANT_FAMILY=probe" OR "${libraries}" MATCHES "urcu|rocksdb" OR
			NOT "${definitions}" MATCHES "VARIANT_RECLAIM=\"(|ebr|hp|ibr)\"")
		return()
	endif()
	if("${definitions}" MATCHES "VARIANT_LOCK=\"(|spin|bucket)\"" OR
			"${definitions}" MATCHES "VARIANT_NAME=\"map/chained@(rwspin|ticket|mcs|clh|cohort|cna|brlock|lease)\"")
		set(${result} TRUE PARENT_SCOPE)
	endif()
endfunction()

set(structures ${CMAKE_SOURCE_DIR}/structures)
get_property(entries GLOBAL PROPERTY NUMAMARK_CATALOGUE)
string(REGEX MATCHALL "FAMILY\\([a-z]+_family\\)\n" families "${entries}")
string(REPLACE ";" "" explored_catalogue "${families}")
get_property(variants GLOBAL PROPERTY NUMAMARK_VARIANT_TARGETS)

# What belongs to structures without being one.
set(sources ${structures}/reclaim/limbo.c ${structures}/reclaim/membarrier.c
	${structures}/reclaim/epoch.c ${structures}/reclaim/hp.c
	${structures}/reclaim/ibr.c)
get_target_property(common numamark_structures SOURCES)
foreach(source ${common})
	if(source MATCHES "\\.c$")
		get_filename_component(source ${source} ABSOLUTE BASE_DIR ${structures})
		list(APPEND sources ${source})
	endif()
endforeach()
add_library(test_explored STATIC ${sources})
if(NOT is_explored)
	set(variants "")
endif()
foreach(variant ${variants})
	numamark_is_explored(${variant} can_be_explored)
	if(can_be_explored)
		numamark_explored(${variant} ${variant})
		target_sources(test_explored PRIVATE $<TARGET_OBJECTS:explored_${variant}>)
		string(APPEND explored_catalogue "VARIANT(${variant})\n")
	endif()
endforeach()
if(is_explored)
	# Each second attempt is on the slow path, and each operation helps.
	numamark_explored_small(variant_queue_wcq queue/wcq_small WCQ_ENQUEUE_PATIENCE=1
		WCQ_DEQUEUE_PATIENCE=1 WCQ_HELP_EVERY=1)
	# Nodes of few keys split and merge; snapshots step the clock.
	numamark_explored_small(variant_ordered_btree_ebr ordered/btree_small+ebr BTREE_BLOCKS=1)
	numamark_explored_small(variant_ordered_btree_snapshot_ebr ordered/btree_small_snapshot+ebr
		BTREE_BLOCKS=1 BTREE_FEW=1)
	# Two commits take two rooms each ahead of their blocks, of four.
	numamark_explored_small(variant_kvblock_sieve_ebr kvblock/sieve_ahead+ebr SIEVE_AHEAD_SHARE=1)
	foreach(scheme ebr hp)
		numamark_explored_small(variant_queue_lcrq_${scheme} queue/lcrq_small+${scheme} LCRQ_CELLS=2)
		# Workers are four at most, and no more than slots.
		numamark_explored_small(variant_queue_lscq_${scheme} queue/lscq_small+${scheme} LSCQ_LOG2=2)
	endforeach()
endif()
file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/explored/catalogue.def
	CONTENT "${explored_catalogue}")
target_compile_definitions(test_explored PRIVATE NUMAMARK_EXPLORE=1)
target_include_directories(test_explored BEFORE PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/explored)
target_link_libraries(test_explored PUBLIC numamark_workloads numamark_topology Threads::Threads)

add_library(test_explorer STATIC explore.c explorer.c)
target_link_libraries(test_explorer PUBLIC numamark_checker test_explored)
# The checker, which comes after them, knows all families.
target_link_options(test_explorer INTERFACE -Wl,--undefined=families)
# Each calls the other: the structures their points, the explorer its structures.
target_link_libraries(test_explored PUBLIC test_explorer)
