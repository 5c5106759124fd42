#!/bin/sh
# Builds llama.cpp's llama-bench for this machine from the source package of llama-cpp-python on PyPI.
#   tools/bench/build-llama.sh FOLDER     prints where the program lies
set -eu
folder=${1:?a folder to build in}
version=0.3.36
mkdir -p "$folder"
cd "$folder"
[ -d "llama_cpp_python-$version" ] || {
  python3 -m pip download --no-deps --no-binary :all: --no-build-isolation "llama_cpp_python==$version" >&2 ||
    curl -fLO "https://files.pythonhosted.org/packages/source/l/llama_cpp_python/llama_cpp_python-$version.tar.gz"
  tar xzf "llama_cpp_python-$version.tar.gz"
}
cd "llama_cpp_python-$version/vendor/llama.cpp"
cmake -B build -DCMAKE_BUILD_TYPE=Release -DGGML_NATIVE=ON -DLLAMA_CURL=OFF >&2
cmake --build build --target llama-bench --parallel >&2
echo "$PWD/build/bin/llama-bench"
