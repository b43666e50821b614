//! Which container a process belongs to, by its control group and its mounts: what they say, and whose word that is.
//! Formats: `cgroups(7)`, `proc_pid_mountinfo(5)`; names as systemd and cgroupfs drivers of the runtimes give them.

use super::{Runtime, is_hex};

/// Digits of a container's id.
const DIGITS: usize = 64;
/// Services that make the groups of their containers below their own.
const DAEMONS: [&str; 18] = [
    "docker",
    "containerd",
    "crio",
    "cri-o",
    "kubelet",
    "k3s",
    "k3s-agent",
    "k0scontroller",
    "k0sworker",
    "rke2-server",
    "rke2-agent",
    "incus",
    "lxd",
    "snap.lxd.daemon",
    "snap.docker.dockerd",
    "snap.k8s.containerd",
    "snap.microk8s.daemon-containerd",
    "snap.microk8s.daemon-kubelite",
];

/// What tells a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// What made it.
    pub runtime: Runtime,
    /// Its id.
    pub id: Option<String>,
    /// Its name, where it is that of the group.
    pub name: Option<String>,
    /// Where its group stands.
    pub place: GroupPlace,
}

/// The group within which a container's own group was made: by whoever may write there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupPlace {
    /// The controllers of its hierarchy, as they are listed; empty for the unified one.
    pub controllers: String,
    /// Its path, from the top of that.
    pub path: String,
}

impl GroupPlace {
    /// The account whose session or manager it belongs to, by the names that systemd gives: not root's.
    pub fn account(&self) -> Option<u32> {
        let number = |part: &str| {
            let manager = part.strip_prefix("user@")?.strip_suffix(".service");
            manager.and_then(|number| number.parse().ok())
        };
        let session = |part: &str| {
            let slice = part.strip_prefix("user-")?.strip_suffix(".slice")?;
            slice.parse().ok()
        };
        let mut parts = self.path.split('/');
        let told = parts.find_map(|part| number(part).or_else(|| session(part)));
        told.filter(|number| *number != 0)
    }

    /// Whether it is a service's that runs no containers, as far as its name tells. Such a service may have been given its
    /// groups to make others below them, and what runs in it may have named those as it liked.
    pub fn is_services(&self) -> bool {
        let mut services = self
            .path
            .split('/')
            .filter_map(|part| part.strip_suffix(".service"));
        services.any(|name| !name.starts_with("user@") && !DAEMONS.contains(&name))
    }
}

/// The container of a `/proc/PID/cgroup`. Of nested ones the outermost: whatever is below its group may be of its own making.
pub fn of_cgroup(text: &str) -> Option<Mark> {
    let fields = |line: &'_ str| {
        let mut fields = line.splitn(3, ':').skip(1).map(str::to_owned);
        Some((fields.next()?, fields.next()?))
    };
    // The unified hierarchy says it all where there is one; on older systems each line says the same.
    let unified = text.lines().filter(|line| line.starts_with("0::"));
    let lines = unified.chain(text.lines().filter(|line| !line.starts_with("0::")));
    let mut lines = lines.filter_map(fields);
    lines.find_map(|(controllers, path)| of_path(&controllers, &path))
}

fn of_path(controllers: &str, path: &str) -> Option<Mark> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    parts.iter().enumerate().find_map(|(at, part)| {
        let above = parts.get(..at)?;
        let nearest = above.last().copied().unwrap_or_default();
        let PartMark { runtime, id, name } = of_part(part, nearest)?;
        let mut leading = parts.iter().take(at + 1);
        let pod = id.is_some() && leading.any(|part| part.contains("kubepods"));
        Some(Mark {
            runtime: if pod { Runtime::Kubernetes } else { runtime },
            id,
            name,
            place: GroupPlace {
                controllers: controllers.to_owned(),
                path: format!("/{}", above.join("/")),
            },
        })
    })
}

/// What one part of a path says.
struct PartMark {
    runtime: Runtime,
    id: Option<String>,
    name: Option<String>,
}

fn of_part(part: &str, above: &str) -> Option<PartMark> {
    let bare = part
        .strip_suffix(".scope")
        .or_else(|| part.strip_suffix(".service"))
        .unwrap_or(part);
    let named = |runtime, name: &str| PartMark {
        runtime,
        id: None,
        name: (!name.is_empty()).then(|| name.to_owned()),
    };
    if let Some(name) = bare.strip_prefix("lxc.payload.") {
        return Some(named(Runtime::Lxc, name));
    }
    if above == "lxc" || above == "lxc.payload" {
        return Some(named(Runtime::Lxc, bare));
    }
    if let Some(name) = bare.strip_prefix("machine-") {
        return of_machine(&unescaped(name)).map(|(runtime, name)| named(runtime, name));
    }
    if let Some(name) = bare.strip_prefix("systemd-nspawn@") {
        return Some(named(Runtime::Nspawn, &unescaped(name)));
    }
    let (prefix, id) = match bare.len().checked_sub(DIGITS) {
        Some(at) if bare.is_char_boundary(at) => bare.split_at(at),
        _ => return None,
    };
    if !is_hex(id) {
        return None;
    }
    let runtime = match prefix.trim_end_matches(['-', ':']) {
        // Monitors have groups beside those of their containers.
        monitor if monitor.ends_with("-conmon") => return None,
        "docker" => Runtime::Docker,
        "libpod" | "libpod-payload" => Runtime::Podman,
        "cri-containerd" | "crio" => Runtime::Kubernetes,
        "nerdctl" => Runtime::Containerd,
        "" if above == "docker" => Runtime::Docker,
        "" if above.contains("libpod") => Runtime::Podman,
        _ => Runtime::Unknown,
    };
    Some(PartMark {
        runtime,
        id: Some(id.to_ascii_lowercase()),
        name: None,
    })
}

/// A machine of systemd's, by its name there. libvirt puts a kind and a number before that of its own; its virtual
/// machines are no containers.
fn of_machine(name: &str) -> Option<(Runtime, &str)> {
    if name.starts_with("qemu-") {
        return None;
    }
    let Some(lxc) = name.strip_prefix("lxc-") else {
        return Some((Runtime::Nspawn, name));
    };
    let numbered = lxc.split_once('-').filter(|(number, name)| {
        let digits = number.bytes().all(|b| b.is_ascii_digit());
        digits && !number.is_empty() && !name.is_empty()
    });
    Some((Runtime::Lxc, numbered.map_or(lxc, |(_, name)| name)))
}

/// A name in a unit's, in which `-` stands as `\x2d`.
fn unescaped(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let [first, others @ ..] = rest {
        let code = match (first, others) {
            (b'\\', [b'x', a, b, ..]) => {
                let digits = [*a, *b];
                std::str::from_utf8(&digits)
                    .ok()
                    .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            }
            _ => None,
        };
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &others[3..] } else { others };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether the root folder of a `/proc/PID/mountinfo` is on a file system that a program makes.
pub fn root_is_fuse(text: &str) -> bool {
    let roots = text
        .lines()
        .filter(|line| line.split(' ').nth(4) == Some("/"));
    let kind = |line: &str| Some(line.split_once(" - ")?.1.starts_with("fuse"));
    // What was mounted last lies on top.
    roots.filter_map(kind).next_back() == Some(true)
}

/// The id of the container whose files a `/proc/PID/mountinfo` says are mounted where a runtime mounts its own. It proves
/// nothing: who may mount can have any path stand there.
pub fn claimed_by_mounts(text: &str) -> Option<String> {
    mounted_by_id(text, &RUNTIME_FILES)
}

/// The id in the path of what is mounted at one of these points.
fn mounted_by_id(text: &str, points: &[&str]) -> Option<String> {
    let mounts = text.lines().filter_map(|line| {
        let mut fields = line.split(' ');
        Some((fields.nth(3)?, fields.next()?))
    });
    let mut own = mounts.filter(|(_, point)| points.contains(point));
    own.find_map(|(source, _)| {
        let mut parts = source.rsplit('/');
        let id = parts.find(|part| part.len() == DIGITS && is_hex(part));
        id.map(str::to_ascii_lowercase)
    })
}

/// The id of the container that tells of itself so, by its own `/proc/self/cgroup` and `/proc/self/mountinfo`. Of nested ones
/// it is the innermost. `None` where only files say it that a container may share with another one, as it shares its network.
pub fn own_id(groups: &str, mountinfo: &str) -> Option<String> {
    let unified = groups.lines().filter(|line| line.starts_with("0::"));
    let lines = unified.chain(groups.lines().filter(|line| !line.starts_with("0::")));
    let parts = |line: &str| {
        let path = line.splitn(3, ':').nth(2).unwrap_or_default();
        let mut parts = path.rsplit('/').peekable();
        std::iter::from_fn(|| {
            let part = parts.next()?;
            Some(of_part(part, parts.peek().copied().unwrap_or_default()))
        })
        .find_map(|part| part?.id)
    };
    let mut lines = lines.filter_map(parts);
    let by_groups = lines.next();
    by_groups.or_else(|| mounted_by_id(mountinfo, &[PODMAN_FILE]))
}

/// What Podman mounts into each container for it alone.
const PODMAN_FILE: &str = "/run/.containerenv";

/// Files that runtimes keep for each container, and mount into it.
pub const RUNTIME_FILES: [&str; 3] = ["/etc/hostname", "/etc/resolv.conf", "/etc/hosts"];

/// The container of a pod whose log the kubelet calls so: its namespace, the pod and its own name in that, and its id.
pub fn of_log(name: &str) -> Option<PodContainer> {
    let (names, id) = name.strip_suffix(".log")?.rsplit_once('-')?;
    // No name of Kubernetes has one of these.
    let mut names = names.split('_');
    let mut next = || Some(names.next()?.to_owned()).filter(|name| !name.is_empty());
    Some(PodContainer {
        pod: next()?,
        namespace: next()?,
        name: next()?,
        id: id.to_owned(),
    })
}

/// A container of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodContainer {
    /// The pod's name.
    pub pod: String,
    /// The pod's namespace.
    pub namespace: String,
    /// Its own name in the pod.
    pub name: String,
    /// Its id.
    pub id: String,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn a_container_knows_its_own_id_where_nobody_shares_what_tells_it() {
        let outer = ID.replace('0', "f");
        let shared = format!("9 1 8:1 /var/lib/docker/containers/{ID}/hostname /etc/hostname rw\n");
        let own = format!(
            "9 1 0:2 /containers/storage/overlay-containers/{ID}/userdata/.containerenv /run/.containerenv rw\n"
        );
        for (groups, mounts, id) in [
            (format!("0::/docker/{ID}\n"), "", Some(ID)),
            (
                format!("0::/docker/{outer}/docker/{ID}/init.scope\n"),
                "",
                Some(ID),
            ),
            (format!("0::/\n2:cpu:/docker/{ID}\n"), "", Some(ID)),
            ("0::/\n".to_owned(), own.as_str(), Some(ID)),
            // With `--network container:…` it is the other one's.
            ("0::/\n".to_owned(), shared.as_str(), None),
        ] {
            assert_eq!(own_id(&groups, mounts).as_deref(), id, "{groups}{mounts}");
        }
    }
    const INNER: &str = "ffff456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    type Told = Option<(Runtime, Option<String>, Option<String>)>;

    fn mark(runtime: Runtime, id: Option<&str>, name: Option<&str>) -> Told {
        Some((runtime, id.map(str::to_owned), name.map(str::to_owned)))
    }

    fn told(text: &str) -> Told {
        of_cgroup(text).map(|mark| (mark.runtime, mark.id, mark.name))
    }

    #[test]
    fn a_control_group_tells_the_container() {
        let docker = mark(Runtime::Docker, Some(ID), None);
        let podman = mark(Runtime::Podman, Some(ID), None);
        let pod = mark(Runtime::Kubernetes, Some(ID), None);
        for (path, expected) in [
            (format!("/docker/{ID}"), docker.clone()),
            (format!("/system.slice/docker-{ID}.scope"), docker.clone()),
            (
                format!("/docker/{ID}/system.slice/php8.2-fpm.service"),
                docker.clone(),
            ),
            (format!("/docker/{ID}/docker/{INNER}"), docker.clone()),
            (
                format!("/docker/{ID}/kubelet/kubepods/podx/{INNER}"),
                docker.clone(),
            ),
            (
                format!("/lxc.payload.101/ns/docker/{INNER}"),
                mark(Runtime::Lxc, None, Some("101")),
            ),
            (format!("/libpod_parent/libpod-{ID}"), podman.clone()),
            (
                format!("/machine.slice/libpod-{ID}.scope/container"),
                podman.clone(),
            ),
            (
                format!(
                    "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{ID}.scope/container"
                ),
                podman.clone(),
            ),
            (
                format!("/system.slice/helpdesk.service/libpod-payload-{ID}"),
                podman,
            ),
            (format!("/kubepods.slice/crio-conmon-{ID}.scope"), None),
            (
                format!("/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:{ID}"),
                pod.clone(),
            ),
            (
                "/machine.slice/machine-lxc\\x2d4211\\x2dhelp\\x2ddesk.scope/libvirt".to_owned(),
                mark(Runtime::Lxc, None, Some("help-desk")),
            ),
            (
                "/machine.slice/machine-lxc\\x2dhelpdesk.scope".to_owned(),
                mark(Runtime::Lxc, None, Some("helpdesk")),
            ),
            (
                "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/emulator".to_owned(),
                None,
            ),
            (format!("/machine.slice/libpod-conmon-{ID}.scope"), None),
            (
                format!(
                    "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod1234_5.slice/cri-containerd-{ID}.scope"
                ),
                pod.clone(),
            ),
            (format!("/kubepods/burstable/pod1234-5/{ID}"), pod.clone()),
            (
                format!("/kubepods.slice/kubepods-pod1.slice/docker-{ID}.scope"),
                pod,
            ),
            (
                format!("/system.slice/nerdctl-{ID}.scope"),
                mark(Runtime::Containerd, Some(ID), None),
            ),
            (
                "/lxc.payload.helpdesk/system.slice/cron.service".to_owned(),
                mark(Runtime::Lxc, None, Some("helpdesk")),
            ),
            (
                "/lxc/helpdesk/init.scope".to_owned(),
                mark(Runtime::Lxc, None, Some("helpdesk")),
            ),
            (
                "/machine.slice/machine-help\\x2ddesk.scope/payload".to_owned(),
                mark(Runtime::Nspawn, None, Some("help-desk")),
            ),
            (
                "/machine.slice/systemd-nspawn@helpdesk.service/payload/init.scope".to_owned(),
                mark(Runtime::Nspawn, None, Some("helpdesk")),
            ),
            ("/system.slice/php8.2-fpm.service".to_owned(), None),
            ("/../..".to_owned(), None),
        ] {
            let hybrid = format!("12:cpu:/\n1:name=systemd:/\n0::{path}\n");
            assert_eq!(told(&hybrid), expected, "{path}");
        }
        let old = format!("5:memory:/docker/{ID}\n1:name=systemd:/docker/{ID}\n");
        assert_eq!(told(&old), docker, "without the unified hierarchy");
        assert_eq!(told("\u{1b}[2J\nno:line"), None);
    }

    #[test]
    fn a_group_is_of_whoever_may_write_above_it() {
        let place = |path: &str| {
            let text = format!("0::{path}");
            of_cgroup(&text).unwrap().place
        };
        let id = format!("docker-{ID}.scope");
        let of_root = place(&format!("/system.slice/{id}"));
        assert_eq!(of_root.path, "/system.slice");
        assert_eq!((of_root.account(), of_root.is_services()), (None, false));
        let of_user = place(&format!(
            "/user.slice/user-1000.slice/user@1000.service/{id}"
        ));
        assert_eq!(
            (of_user.account(), of_user.is_services()),
            (Some(1000), false)
        );
        let of_service = place(&format!("/system.slice/portal.service/{id}"));
        assert_eq!(
            (of_service.account(), of_service.is_services()),
            (None, true)
        );
        for fine in [
            format!("/system.slice/containerd.service/{id}"),
            "/machine.slice/systemd-nspawn@helpdesk.service/payload".to_owned(),
        ] {
            assert!(!place(&fine).is_services(), "{fine}");
        }
        let old = of_cgroup(&format!("3:cpu,cpuacct:/docker/{ID}")).unwrap();
        assert_eq!(old.place.controllers, "cpu,cpuacct");
    }

    #[test]
    fn a_root_on_fuse_is_told() {
        let line = |point: &str, kind: &str| {
            format!(
                "273 236 0:87 / {point} rw,nodev shared:1 - {kind} fuse-overlayfs rw,user_id=0\n"
            )
        };
        let fuse = line("/", "fuse.fuse-overlayfs");
        assert!(root_is_fuse(&(fuse.clone() + &line("/proc", "proc"))));
        assert!(!root_is_fuse(&(fuse + &line("/", "overlay"))));
        assert!(!root_is_fuse(&line("/data", "fuse.sshfs")));
        assert!(!root_is_fuse("/ - fuse"));
    }

    #[test]
    fn mounts_claim_what_the_control_group_does_not_tell() {
        let line =
            |source: &str, point: &str| format!("100 90 0:50 {source} {point} rw - ext4 d rw\n");
        let docker = format!("/var/lib/docker/containers/{ID}/hostname");
        let podman = format!("/containers/storage/overlay-containers/{ID}/userdata/hosts");
        let other = line(&docker, "/srv/somebody/elses");
        assert_eq!(claimed_by_mounts(&other), None, "not mounted by a runtime");
        let claimed = Some(ID.to_owned());
        assert_eq!(
            claimed_by_mounts(&(other + &line(&docker, "/etc/hostname"))),
            claimed
        );
        assert_eq!(claimed_by_mounts(&line(&podman, "/etc/hosts")), claimed);
    }

    #[test]
    fn a_log_tells_the_pod() {
        let told = of_log(&format!("helpdesk-0_help_app-1-{ID}.log"));
        let told = told.map(|one| (one.pod, one.namespace, one.name, one.id));
        let whole = ["helpdesk-0", "help", "app-1", ID].map(str::to_owned);
        assert_eq!(told, Some(whole.into()));
        for none in ["", "a_b-c.log", "a_b_c.log", "a__c-d.log"] {
            assert_eq!(of_log(none), None, "{none}");
        }
    }
}
