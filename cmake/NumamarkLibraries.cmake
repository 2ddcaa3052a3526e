# The libraries numamark stands on. Each optional one is described in runners/cli (numamark list features), with
# what it would give; NUMAMARK_HAVE_<NAME> is defined where it is in.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

pkg_check_modules(hwloc REQUIRED IMPORTED_TARGET hwloc>=2.7)
pkg_check_modules(jansson REQUIRED IMPORTED_TARGET jansson>=2.13)
pkg_check_modules(numa REQUIRED IMPORTED_TARGET numa)
pkg_check_modules(inih REQUIRED IMPORTED_TARGET inih)

foreach(flavour memb mb qsbr bp cds)
	pkg_check_modules(urcu-${flavour} REQUIRED IMPORTED_TARGET
		liburcu-${flavour}>=0.13)
endforeach()

# numamark_optional(NAME pkg-config-module): the library if it is here and NUMAMARK_WITHOUT_<NAME> is off.
function(numamark_optional name module)
	option(NUMAMARK_WITHOUT_${name} "Build without ${module} even where it is installed" OFF)
	if(NOT NUMAMARK_WITHOUT_${name})
		pkg_check_modules(${module} IMPORTED_TARGET ${module})
		if(${module}_FOUND)
			set(NUMAMARK_HAVE_${name} ON PARENT_SCOPE)
		endif()
	endif()
endfunction()

numamark_optional(PAPI papi)
numamark_optional(CMINPACK cminpack)
numamark_optional(LIBPQ libpq)
numamark_optional(RABBITMQ librabbitmq)
# ThreadSanitizer knows nothing of what goes on inside of a library in C++.
if(NOT NUMAMARK_SANITIZE STREQUAL "thread")
	numamark_optional(ROCKSDB rocksdb)
endif()

# What numamark_structure() takes for a structure on an optional library: its own LIBRARIES and DEFINE.
function(numamark_uses name module)
	if(NUMAMARK_HAVE_${name})
		set(USES_${name} LIBRARIES PkgConfig::${module} DEFINE NUMAMARK_HAVE_${name}=1 PARENT_SCOPE)
	else()
		set(USES_${name} DEFINE NUMAMARK_HAVE_${name}=0 PARENT_SCOPE)
	endif()
endfunction()
numamark_uses(LIBPQ libpq)
numamark_uses(RABBITMQ librabbitmq)
numamark_uses(ROCKSDB rocksdb)
