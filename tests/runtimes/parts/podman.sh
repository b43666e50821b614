# Podman: files in the container's own layer.
client=podman
start_podman
start app
story app podman
end app
