#!/bin/sh
# shellcheck disable=SC2016,SC2046,SC2086  # as it is typed
# Volumes: of the host, without a name, with a name; shared, and kept when their containers are gone.
mkdir -p shared; echo from the host > shared/file
$DOCKER run --rm -v $PWD/shared:/here busybox cat /here/file
$DOCKER run --rm -v $PWD/shared:/here:ro busybox touch /here/other
$DOCKER run --rm -v $PWD/shared:/here busybox sh -c 'echo from inside > /here/other'
cat shared/other
$DOCKER volume create data
$DOCKER volume create data
$DOCKER volume ls
$DOCKER run --rm -v data:/data busybox sh -c 'echo kept > /data/file'
$DOCKER run --rm -v data:/data busybox cat /data/file
$DOCKER run --rm --mount type=volume,source=data,target=/again busybox cat /again/file
$DOCKER run -d --name holder -v data:/data -v /anonymous busybox sleep 1000
$DOCKER run --rm --volumes-from holder busybox cat /data/file
$DOCKER inspect -f '{{range .Mounts}}{{.Type}} {{.Destination}} {{.RW}}; {{end}}' holder | tr ';' '\n' | sort
$DOCKER volume ls -q -f name=data
$DOCKER volume inspect -f '{{.Name}} {{.Driver}} {{.Scope}}' data
$DOCKER volume rm data
$DOCKER volume ls -q -f dangling=true
$DOCKER rm -f -v holder
$DOCKER volume ls
$DOCKER volume ls -q -f dangling=true
$DOCKER run --rm --tmpfs /scratch:size=1m busybox sh -c 'df -k /scratch | tail -n 1'
$DOCKER run --rm -v etc:/etc busybox true
$DOCKER run --rm -v etc:/copy busybox ls /copy/passwd
$DOCKER run --rm -v data busybox true
$DOCKER run --rm -v relative/path:/x busybox true
$DOCKER volume rm etc data
$DOCKER volume rm data
$DOCKER volume inspect nosuch
$DOCKER volume prune -f
