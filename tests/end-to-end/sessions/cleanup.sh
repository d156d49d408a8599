#!/bin/sh
# shellcheck disable=SC2016,SC2046,SC2086  # as it is typed
# Cleaning up: containers, images that nothing needs, and all at once.
$DOCKER run --name one busybox true
$DOCKER run -d --name two busybox sleep 1000
$DOCKER create --name three busybox
$DOCKER ps -aq | wc -l
$DOCKER ps -a --format '{{.Names}} {{.Status}}' -f status=exited
$DOCKER rm one two
$DOCKER container prune -f
$DOCKER ps -a --format '{{.Names}}'
$DOCKER run --name changed busybox touch /file
$DOCKER commit changed
$DOCKER images -f dangling=true
$DOCKER image prune -f
$DOCKER images -q -f dangling=true
$DOCKER system df
$DOCKER system df --format '{{.Type}} {{.TotalCount}} {{.Active}}'
$DOCKER ps -aq | xargs $DOCKER rm -f
$DOCKER ps -a
$DOCKER system prune -f
$DOCKER rm $($DOCKER ps -aq)
$DOCKER container ls -a
$DOCKER images
