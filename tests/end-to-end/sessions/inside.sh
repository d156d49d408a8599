#!/bin/sh
# shellcheck disable=SC2016,SC2046,SC2086  # as it is typed
# Into a running container and out of it: exec, cp, logs, top, port, attach, export.
$DOCKER run -d --name web -e PLACE=here busybox sh -c 'echo one; sleep 0.1; echo two >&2; exec sleep 1000'
$DOCKER exec web echo hello
$DOCKER exec -e COLOR=blue -w /tmp -u 1000 web sh -c 'echo $COLOR $PLACE; pwd; id -u'
echo typed | $DOCKER exec -i web cat
$DOCKER exec web sh -c 'exit 7'
$DOCKER exec web nosuchprogram
$DOCKER exec -w /nosuch web pwd
$DOCKER exec -u nosuch web id
$DOCKER exec nosuch true
$DOCKER exec web
$DOCKER exec -d web touch /tmp/done
echo content > file
$DOCKER cp file web:/tmp/copy
$DOCKER cp file web:/tmp/
$DOCKER cp file web:/nosuch/place
$DOCKER exec web ls /tmp
$DOCKER cp web:/tmp/copy back
cat back
$DOCKER cp web:/tmp/nosuch .
$DOCKER cp nosuch:/tmp .
$DOCKER cp file back
$DOCKER cp web:/etc/passwd - | tar -tv | awk '{ print $1, $2, $6 }'
tar -c file | $DOCKER cp - web:/root
$DOCKER exec web cat /root/file
sleep 0.5; $DOCKER logs web
$DOCKER logs --tail 1 web
$DOCKER logs --since 1h web
$DOCKER logs --tail 0 web
$DOCKER logs nosuch
$DOCKER logs --tail nonsense web
$DOCKER top web -o comm,args
$DOCKER top web -o comm | head -n 2
$DOCKER stats --no-stream --format '{{.Name}} {{.PIDs}}' web
$DOCKER export web | tar -t | grep -c bin/
$DOCKER inspect -f '{{.Path}} {{json .Args}} {{.Config.Hostname}} {{.HostConfig.NetworkMode}} {{.Config.Env}}' web
$DOCKER inspect -f '{{.HostConfig.Memory}} {{.HostConfig.RestartPolicy.Name}} {{.HostConfig.Privileged}} {{.Config.Tty}} {{.Config.OpenStdin}}' web
$DOCKER inspect -f '{{.State' web
$DOCKER stop -t 0 web
$DOCKER exec web true
$DOCKER top web
$DOCKER logs -f web
$DOCKER attach web
$DOCKER rm web
