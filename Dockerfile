# Two stages: the compiler stays in the first. Nothing is fetched but Debian packages.

FROM debian:12 AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      cmake \
      gcc \
      libc6-dev \
      libcivetweb-dev \
      libcjson-dev \
      libssl-dev \
      ninja-build \
      pkg-config \
      uuid-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY CMakeLists.txt CMakePresets.json ./
COPY server ./server
COPY scenarios ./scenarios
COPY fixtures ./fixtures
RUN cmake --preset release -DMOCK_TESTS=OFF \
 && cmake --build --preset release \
 && strip build/release/mock-requester

FROM debian:12-slim AS runtime
# What ldd finds in the program; a test compares the two.
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      libcivetweb1 \
      libcjson1 \
      libssl3 \
      libuuid1 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin mock
COPY LICENSE /usr/share/doc/mock-requester/LICENSE
COPY --from=build /src/build/release/mock-requester /usr/local/bin/mock-requester
USER 10001:10001
# Inside a container 127.0.0.1 is out of everybody's reach; here, so that arguments of one's own keep it.
ENV MOCK_REQUESTER_HOST=0.0.0.0
EXPOSE 1234
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=1s --retries=3 CMD ["mock-requester", "probe"]
ENTRYPOINT ["mock-requester"]
CMD ["serve", "--host", "0.0.0.0"]
