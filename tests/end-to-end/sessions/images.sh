#!/bin/sh
# shellcheck disable=SC2016,SC2046,SC2086  # as it is typed
# Images and registries: names, tags, what a registry keeps, what goes there and comes back.
$DOCKER images | sort
$DOCKER images busybox
$DOCKER images -q busybox
$DOCKER tag busybox mine:1.0
$DOCKER tag busybox $REGISTRY/team/box:1.0
$DOCKER images --format '{{.Repository}}:{{.Tag}}' | sort
$DOCKER push $REGISTRY/team/box:1.0
$DOCKER push $REGISTRY/team/box:1.0
$DOCKER rmi $REGISTRY/team/box:1.0
$DOCKER pull -q $REGISTRY/team/box:1.0
$DOCKER pull $REGISTRY/team/box:1.0
$DOCKER image inspect -f '{{.RepoTags}} {{.Os}} {{.Architecture}} {{.Config.Cmd}} {{len .RootFS.Layers}}' mine:1.0
$DOCKER image inspect -f '{{index .RepoDigests 0}}' $REGISTRY/team/box:1.0
$DOCKER images --digests $REGISTRY/team/box
$DOCKER pull $REGISTRY/team/box:nosuch
$DOCKER push $REGISTRY/team/nosuch
$DOCKER run --rm $REGISTRY/nosuch true
$DOCKER run -d --name user mine:1.0 sleep 1000
$DOCKER rmi mine:1.0
$DOCKER rmi -f mine:1.0
$DOCKER rm -f user
$DOCKER rmi nosuch
$DOCKER tag nosuch other
$DOCKER tag busybox Wrong:Name
$DOCKER save busybox -o box.tar
$DOCKER load -i box.tar
$DOCKER load < box.tar
$DOCKER create --name flat busybox
$DOCKER export flat -o flat.tar
$DOCKER import flat.tar flat:1
$DOCKER import -c 'CMD ["echo","imported"]' flat.tar flat:2
$DOCKER run --rm flat:2
$DOCKER import -m 'a message' flat.tar flat:3
$DOCKER history flat:3
$DOCKER rm flat
$DOCKER rmi flat:1 flat:2 flat:3
$DOCKER login -u student -p secret $REGISTRY
$DOCKER logout $REGISTRY
$DOCKER image ls -f reference='mine*'
$DOCKER rmi mine:1.0 $REGISTRY/team/box:1.0
$DOCKER image prune -f
