#!/bin/sh
# shellcheck disable=SC2016,SC2046,SC2086  # as it is typed
# Networks: none, the default bridge, one of one's own where names resolve, and published ports.
$DOCKER network ls
$DOCKER run --rm --network none busybox ls /sys/class/net
$DOCKER run --rm busybox sh -c 'ip -4 -o addr show eth0 | grep -c inet'
$DOCKER run -d --name web -p 127.0.0.1:13000:3000 busybox sh -c 'mkdir /www; echo it works > /www/index.html; exec httpd -f -p 3000 -h /www'
$DOCKER port web
$DOCKER port web 3000
$DOCKER port web 80
$DOCKER ps --format '{{.Names}} {{.Ports}}'
sleep 0.3; curl -s http://127.0.0.1:13000/
$DOCKER run -d --name taken -p 127.0.0.1:13000:3000 busybox true
$DOCKER rm -f taken
$DOCKER run -d --name told --expose 8000 busybox sleep 1000
$DOCKER ps --format '{{.Names}} {{.Ports}}' -f name=told
$DOCKER rm -f told
$DOCKER run --rm --network host -p 80:80 busybox true
$DOCKER run --rm --add-host db:nowhere busybox true
$DOCKER run --rm --dns nowhere busybox true
$DOCKER network create --subnet 172.50.0.0/16 lecture
$DOCKER network create lecture
$DOCKER network ls --format '{{.Name}} {{.Driver}} {{.Scope}}'
$DOCKER network inspect -f '{{.Name}} {{.Driver}} {{(index .IPAM.Config 0).Subnet}} {{.Internal}}' lecture
$DOCKER run -d --name db --network lecture busybox sh -c 'echo from db > /index.html; exec httpd -f -p 80 -h /'
$DOCKER run --rm --network lecture busybox sh -c 'sleep 0.3; wget -q -O - http://db/'
$DOCKER run --rm --network none busybox ping -c 1 -W 1 db
$DOCKER inspect -f '{{range $name, $net := .NetworkSettings.Networks}}{{$name}}{{end}}' db
$DOCKER network connect lecture web
$DOCKER exec web wget -q -O - http://db/
$DOCKER network disconnect lecture web
$DOCKER exec web ls /sys/class/net
$DOCKER network rm lecture
$DOCKER network rm bridge
$DOCKER run --rm --network nosuch busybox true
$DOCKER network inspect nosuch
$DOCKER rm -f db web
$DOCKER network rm lecture
$DOCKER network prune -f
$DOCKER network ls
