# Docker: files in the container's own layer.
client=docker
start_docker
start app
story app docker
end app
