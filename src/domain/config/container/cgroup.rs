//! Which container a process belongs to, by its control group and its mounts.
//! Formats: `cgroups(7)`, `proc_pid_mountinfo(5)`; names as systemd and cgroupfs drivers of the runtimes give them.

use super::{Runtime, is_hex};

/// Digits of a container's id.
const DIGITS: usize = 64;

/// What tells a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// What made it.
    pub runtime: Runtime,
    /// Its id.
    pub id: Option<String>,
    /// Its name, where it is that of the group.
    pub name: Option<String>,
}

/// The container of a `/proc/PID/cgroup`; of nested ones the innermost.
pub fn of_cgroup(text: &str) -> Option<Mark> {
    let path = |line: &'_ str| line.splitn(3, ':').nth(2).map(str::to_owned);
    // The unified hierarchy says it all where there is one; on older systems each line says the same.
    let unified = text.lines().filter(|line| line.starts_with("0::"));
    let lines = unified.chain(text.lines().filter(|line| !line.starts_with("0::")));
    lines.filter_map(path).find_map(|path| of_path(&path))
}

fn of_path(path: &str) -> Option<Mark> {
    let kubernetes = path.contains("kubepods");
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let mut found = None;
    for (at, part) in parts.iter().enumerate() {
        let above = at.checked_sub(1).and_then(|at| parts.get(at)).copied();
        let mark = of_part(part, above.unwrap_or_default());
        found = mark.or(found);
    }
    found.map(|mark| match kubernetes && mark.id.is_some() {
        true => Mark {
            runtime: Runtime::Kubernetes,
            ..mark
        },
        false => mark,
    })
}

fn of_part(part: &str, above: &str) -> Option<Mark> {
    let bare = part
        .strip_suffix(".scope")
        .or_else(|| part.strip_suffix(".service"))
        .unwrap_or(part);
    let named = |runtime, name: String| Mark {
        runtime,
        id: None,
        name: (!name.is_empty()).then_some(name),
    };
    if let Some(name) = bare.strip_prefix("lxc.payload.") {
        return Some(named(Runtime::Lxc, name.to_owned()));
    }
    if above == "lxc" || above == "lxc.payload" {
        return Some(named(Runtime::Lxc, bare.to_owned()));
    }
    if let Some(name) = bare.strip_prefix("machine-") {
        let name = unescaped(name);
        return Some(match name.strip_prefix("lxc-") {
            Some(lxc) => named(Runtime::Lxc, lxc.to_owned()),
            None => named(Runtime::Nspawn, name),
        });
    }
    if let Some(name) = bare.strip_prefix("systemd-nspawn@") {
        return Some(named(Runtime::Nspawn, unescaped(name)));
    }
    let (prefix, id) = match bare.len().checked_sub(DIGITS) {
        Some(at) if bare.is_char_boundary(at) => bare.split_at(at),
        _ => return None,
    };
    if !is_hex(id) {
        return None;
    }
    let runtime = match prefix.trim_end_matches(['-', ':']) {
        "docker" => Runtime::Docker,
        "libpod" => Runtime::Podman,
        // Podman's monitor has a group beside that of its container.
        "libpod-conmon" => return None,
        "cri-containerd" | "crio" => Runtime::Kubernetes,
        "nerdctl" => Runtime::Containerd,
        "" if above == "docker" => Runtime::Docker,
        "" if above.contains("libpod") => Runtime::Podman,
        "" => Runtime::Unknown,
        _ => Runtime::Unknown,
    };
    Some(Mark {
        runtime,
        id: Some(id.to_ascii_lowercase()),
        name: None,
    })
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

/// The container of a `/proc/PID/mountinfo`: by the files that its runtime mounts into it. For processes whose control
/// group is seen from within another.
pub fn of_mounts(text: &str) -> Option<Mark> {
    let mounts = text.lines().filter_map(|line| {
        let mut fields = line.split(' ');
        Some((fields.nth(3)?, fields.next()?))
    });
    let known = ["/etc/hostname", "/etc/resolv.conf", "/etc/hosts"];
    let mut own = mounts.filter(|(_, point)| known.contains(point));
    own.find_map(|(source, _)| of_source(source))
}

fn of_source(source: &str) -> Option<Mark> {
    let parts: Vec<&str> = source.split('/').collect();
    let at = parts
        .iter()
        .rposition(|part| part.len() == DIGITS && is_hex(part))?;
    let above = at.checked_sub(1).and_then(|at| parts.get(at)).copied()?;
    let runtime = match above {
        "containers" => Runtime::Docker,
        "overlay-containers" => Runtime::Podman,
        "sandboxes" => Runtime::Kubernetes,
        _ => Runtime::Unknown,
    };
    Some(Mark {
        runtime,
        // A pod's files are those of its sandbox, not of this container of it.
        id: (above != "sandboxes").then(|| parts[at].to_ascii_lowercase()),
        name: None,
    })
}

/// The pod whose files a `/proc/PID/mountinfo` names, by the kubelet's folder of it: its uid.
pub fn pod_of_mounts(text: &str) -> Option<&str> {
    let at = text.find("/pods/")? + "/pods/".len();
    let uid = text[at..].split('/').next()?;
    let plain = uid.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    (plain && uid.len() >= 32).then_some(uid)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const OUTER: &str = "ffff456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn mark(runtime: Runtime, id: Option<&str>, name: Option<&str>) -> Option<Mark> {
        Some(Mark {
            runtime,
            id: id.map(str::to_owned),
            name: name.map(str::to_owned),
        })
    }

    #[test]
    fn a_control_group_tells_the_container() {
        let docker = mark(Runtime::Docker, Some(ID), None);
        let podman = mark(Runtime::Podman, Some(ID), None);
        let pod = mark(Runtime::Kubernetes, Some(ID), None);
        for (path, told) in [
            (format!("/docker/{ID}"), docker.clone()),
            (format!("/system.slice/docker-{ID}.scope"), docker.clone()),
            (
                format!("/docker/{ID}/system.slice/php8.2-fpm.service"),
                docker.clone(),
            ),
            (format!("/docker/{OUTER}/docker/{ID}"), docker.clone()),
            (format!("/libpod_parent/libpod-{ID}"), podman.clone()),
            (
                format!("/machine.slice/libpod-{ID}.scope/container"),
                podman.clone(),
            ),
            (
                format!(
                    "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{ID}.scope/container"
                ),
                podman,
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
            assert_eq!(of_cgroup(&hybrid), told, "{path}");
        }
        let old = format!("5:memory:/docker/{ID}\n1:name=systemd:/docker/{ID}\n");
        assert_eq!(of_cgroup(&old), docker, "without the unified hierarchy");
        assert_eq!(of_cgroup("\u{1b}[2J\nno:line"), None);
    }

    #[test]
    fn mounts_tell_where_the_control_group_does_not() {
        let line =
            |source: &str, point: &str| format!("100 90 0:50 {source} {point} rw - ext4 d rw\n");
        let docker = format!("/var/lib/docker/containers/{ID}/hostname");
        let podman = format!("/containers/storage/overlay-containers/{ID}/userdata/hosts");
        let other = line(&docker, "/srv/somebody/elses");
        assert_eq!(of_mounts(&other), None, "not mounted by a runtime");
        assert_eq!(
            of_mounts(&(other + &line(&docker, "/etc/hostname"))),
            mark(Runtime::Docker, Some(ID), None)
        );
        assert_eq!(
            of_mounts(&line(&podman, "/etc/hosts")),
            mark(Runtime::Podman, Some(ID), None)
        );
        let pod = "/var/lib/kubelet/pods/0f0f0f0f-0f0f-0f0f-0f0f-0f0f0f0f0f0f/etc-hosts";
        let text = line(pod, "/etc/hosts");
        assert_eq!(
            pod_of_mounts(&text),
            Some("0f0f0f0f-0f0f-0f0f-0f0f-0f0f0f0f0f0f")
        );
        assert_eq!(pod_of_mounts("/pods/../etc"), None);
    }
}
