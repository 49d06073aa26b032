# Stand-ins for the base images of image/Dockerfile, since no registry of images is reached from everywhere: the same Debian,
# Node's own binary from npm, and Debian's Python 3.11 where the image has the newest 3.11.
FROM scratch AS debian
ADD debian.tar /
ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

FROM debian AS python
ENV LANG=C.UTF-8
RUN apt-get update --quiet \
  && apt-get install --yes --quiet --no-install-recommends ca-certificates netbase tzdata python3 python3-venv \
  && rm -rf /var/lib/apt/lists /var/cache/apt \
  && ln --symbolic /usr/bin/python3 /usr/local/bin/python3 \
  && ln --symbolic python3 /usr/local/bin/python

FROM debian AS node
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln --symbolic ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
