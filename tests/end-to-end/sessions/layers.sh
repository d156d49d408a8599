#!/bin/sh
# shellcheck disable=SC2016,SC2046,SC2086  # as it is typed
# Layers and copy-on-write: what a container changed, and how that becomes an image.
$DOCKER run --name box busybox sh -c 'echo hello > /greeting; mkdir /data; echo 1 > /data/one; rm /etc/group; chmod 711 /root'
$DOCKER diff box | sort
$DOCKER ps -a -s --format '{{.Names}} {{.Size}}' -f name=box
$DOCKER commit -m 'a greeting' -a 'A Student' box greeting:1
$DOCKER commit -c 'CMD ["cat","/greeting"]' -c 'ENV COLOR=blue' -c 'WORKDIR /data' -c 'EXPOSE 3000' box greeting:2
$DOCKER images greeting | sort
$DOCKER history greeting:1 | head -n 2
$DOCKER history --format '{{.CreatedBy}} {{.Comment}}' greeting:2
$DOCKER run --rm greeting:2
$DOCKER run --rm greeting:2 sh -c 'pwd; echo $COLOR; ls /etc/group 2>&1'
$DOCKER image inspect -f '{{.Author}} {{.Comment}} {{.Config.Cmd}} {{.Config.ExposedPorts}} {{.Config.WorkingDir}} {{len .RootFS.Layers}}' greeting:1
$DOCKER image inspect -f '{{.Config.Cmd}} {{.Config.ExposedPorts}} {{.Config.WorkingDir}} {{len .RootFS.Layers}}' greeting:2
$DOCKER run --name second greeting:2 rm /greeting
$DOCKER diff second
$DOCKER commit second greeting:3
$DOCKER run --rm greeting:3 ls /greeting
$DOCKER run --rm greeting:2 cat /greeting
$DOCKER run --name still busybox true
$DOCKER diff still
$DOCKER diff nosuch
$DOCKER commit nosuch
$DOCKER commit -c 'RUN true' box
$DOCKER rmi greeting:1
$DOCKER rm box second still
$DOCKER rmi greeting:3 greeting:2 greeting:1
