#!/bin/sh
# shellcheck disable=SC2016,SC2046,SC2086  # as it is typed
# run, create, start and the life cycle: created, running, paused, exited.
$DOCKER run --rm busybox echo hello
$DOCKER run --name three busybox sh -c 'exit 3'
$DOCKER run --rm -e COLOR=blue -w /tmp -u 1000:1000 busybox sh -c 'echo $COLOR; pwd; id -u'
$DOCKER run --rm -h desk -u 1000:1000 busybox sh -c 'hostname; id'
echo typed | $DOCKER run --rm -i busybox cat
$DOCKER run -d --name web busybox sh -c 'echo started; exec sleep 1000'
$DOCKER run --name web busybox true
$DOCKER ps
$DOCKER ps -a --format 'table {{.Names}}\t{{.Image}}\t{{.Status}}' -f name=web
$DOCKER inspect -f '{{.Name}} {{.State.Status}} {{.State.Running}} {{.State.ExitCode}} {{.Config.Image}}' web
$DOCKER pause web
$DOCKER ps -f status=paused
$DOCKER exec web true
$DOCKER stop -t 0 web
$DOCKER unpause web
$DOCKER start web
$DOCKER stop -t 0 web
$DOCKER wait web
$DOCKER stop web
$DOCKER kill web
$DOCKER pause web
$DOCKER ps
$DOCKER ps -a
$DOCKER inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.RestartCount}}' web
$DOCKER logs web
$DOCKER restart -t 0 web
$DOCKER update web
$DOCKER rename web site
$DOCKER rm site
$DOCKER rm -f site
$DOCKER rm -f site
$DOCKER create --name later busybox sh -c 'echo later; exit 5'
$DOCKER ps -a -f name=later
$DOCKER start -a later
$DOCKER start later nosuch
$DOCKER wait later
$DOCKER rm later
$DOCKER stop nosuch
$DOCKER start nosuch
$DOCKER inspect nosuch
$DOCKER run --rm busybox nosuchprogram
$DOCKER run --rm busybox /etc/passwd
$DOCKER run --name 'not a name' busybox true
$DOCKER run --rm --runtime nosuch busybox true
$DOCKER run --rm -m 1m busybox true
$DOCKER run -d --restart always:3 busybox true
$DOCKER run -d --restart sometimes busybox true
$DOCKER run
$DOCKER run --nosuchflag busybox true
$DOCKER nosuchverb
