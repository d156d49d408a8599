#!/usr/bin/env bash
# Fuzzes one target with clang's libFuzzer, address and undefined behaviour sanitizers. Findings stay in the temporary
# folder that it names; put the small ones into corpus/TARGET.
#
# Usage: run.sh config|process|seccomp|reference|template|instruction|archive|challenge|manifest|agent SECONDS
set -euo pipefail
target=$1 seconds=$2
top=$(cd "$(dirname "$0")/../.." && pwd)
build=$top/build/fuzz
work=$(mktemp -d "/tmp/isolab-fuzz-$target-XXXXXX")
mkdir -p "$build"
runtime=$top/mini-container/runtime
sources=("$top/tests/fuzz/fuzzer.cpp" "$top/tests/fuzz/targets.cpp" "$runtime"/spec/*.cpp
  "$runtime"/namespaces/plan.cpp "$runtime"/process/{plan,describe}.cpp "$runtime"/cgroup/{plan,layout,describe,settings,device_rules}.cpp
  "$runtime"/cgroup/settings_*.cpp "$runtime"/rootfs/{plan,plan_mounts,options,describe,sysctl}.cpp
  "$runtime"/security/{seccomp,capabilities,describe}.cpp "$top"/base/{text,trace}/*.cpp
  "$top"/tests/fuzz/image_targets.cpp "$top"/mini-container/cli/template{,_functions}.cpp
  "$top"/mini-container/image/{reference,digest,image,layout,instruction,archive_images,manifest}.cpp
  "$top"/mini-container/registry/challenge.cpp
  "$top"/tests/fuzz/vm_targets.cpp "$top"/vm-launcher/protocol/*.cpp "$top"/vm-launcher/launch/{streams,growing_log}.cpp)
for source in "$top"/base/sys/*.cpp; do
  # The first instructions of the static program are its own business.
  [[ $source == */guarded_start.cpp || $source == */own_program.cpp ]] || sources+=("$source")
done
# shellcheck disable=SC2016  # the inner shell expands these
printf '%s\0' "${sources[@]}" | xargs -0 -P 2 -I{} bash -c '
  object=$1/$(echo "${3#"$2"/}" | tr / _).o
  [[ $object -nt $3 && $3 != */targets.cpp && $3 != */fuzzer.cpp ]] && exit 0
  exec ${CMAKE_CXX_COMPILER_LAUNCHER:-} clang++ -std=c++20 -O1 -g1 -DFMT_HEADER_ONLY=1 -DFUZZ_TARGET="\"$4\"" -I"$2" \
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -c "$3" -o "$object"' _ \
  "$build" "$top" {} "$target"
objects=()
for source in "${sources[@]}"; do
  objects+=("$build/$(echo "${source#"$top"/}" | tr / _).o")
done
clang++ -fsanitize=fuzzer,address,undefined "${objects[@]}" -lseccomp -lcap -lcrypto -o "$build/fuzz_$target"
cp "$top/tests/fuzz/corpus/$target"/* "$work/"
cd "$work"
"$build/fuzz_$target" -max_total_time="$seconds" -max_len=16384 -timeout=10 -rss_limit_mb=2048 \
  -artifact_prefix="$work/found-" "$work"
