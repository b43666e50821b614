//! Whether we were started in a container: then some of what we are refused can be had by being started another way. No
//! more than advice hangs on it, so everything that says so is believed.

use std::ffi::OsStr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use zeroize::Zeroizing;

use crate::domain::config::container::cgroup;
use crate::domain::config::container::{Runtime, SHOWN_DIGITS};
use crate::io::container::within;
use crate::sentences;
use crate::words::words;

/// What the container is, as far as it changes what is to be typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enclosure {
    /// Docker's, or one that is used like that.
    Docker,
    /// Podman's.
    Podman,
    /// A pod's.
    Kubernetes,
    /// Of another kind, which is used like a system of its own.
    Other,
}

impl Enclosure {
    /// The program that starts another one in it, from outside.
    pub fn exec(self) -> Option<&'static str> {
        match self {
            Enclosure::Docker => Some("docker exec"),
            Enclosure::Podman => Some("podman exec"),
            Enclosure::Kubernetes => Some("kubectl exec"),
            Enclosure::Other => None,
        }
    }

    /// The same as another user, where it can be told one.
    pub fn exec_as(self, user: &str) -> Option<String> {
        match self {
            Enclosure::Kubernetes | Enclosure::Other => None,
            _ => Some(format!(
                "{} -u {}",
                self.exec()?,
                sentences::shell(Path::new(user))
            )),
        }
    }

    /// As much as is known of the command that starts a program in it, with a terminal, from outside: as this user, where
    /// that is not the one it runs as anyway, in the container with this id.
    fn exec_with_terminal(self, user: Option<u32>, id: Option<&str>) -> Option<String> {
        let user = user.map_or(String::new(), |user| format!(" -u {user}"));
        let name = id.and_then(|id| id.get(..SHOWN_DIGITS)).unwrap_or("NAME");
        match self {
            Enclosure::Docker | Enclosure::Podman => {
                Some(format!("{} -it{user} {name}", self.exec()?))
            }
            Enclosure::Kubernetes => Some(format!("{} -it POD --", self.exec()?)),
            Enclosure::Other => None,
        }
    }

    /// What gives it the capability to read the memory of others.
    pub fn add_tracing(self) -> &'static str {
        match self {
            Enclosure::Docker => "docker run --cap-add SYS_PTRACE",
            Enclosure::Podman => "podman run --cap-add SYS_PTRACE",
            Enclosure::Kubernetes => "securityContext.capabilities.add: [SYS_PTRACE]",
            Enclosure::Other => "CAP_SYS_PTRACE",
        }
    }
}

/// The container that we were started in; `None` outside of one, and where we have entered one from the host.
pub fn surroundings() -> Option<Enclosure> {
    if within::get().is_some() {
        return None;
    }
    let first = std::fs::read("/proc/1/environ").map(Zeroizing::new);
    let first = first.unwrap_or_default();
    let variable = |name: &str| {
        let of_first = first.split(|byte| *byte == 0).find_map(|entry| {
            let value = entry.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
            Some(String::from_utf8_lossy(value).into_owned())
        });
        std::env::var(name).ok().or(of_first)
    };
    let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    told(&|path| Path::new(path).exists(), &variable, &groups)
}

/// Where commands that were printed are to be typed, where that may not be the shell that reads it: within the container that
/// we were started in.
pub fn where_typed() -> Option<String> {
    let enclosure = surroundings()?;
    let text = |path| std::fs::read_to_string(path).unwrap_or_default();
    let id = cgroup::own_id(&text("/proc/self/cgroup"), &text("/proc/self/mountinfo"));
    let ours = rustix::process::geteuid().as_raw();
    let usual = std::fs::metadata("/proc/1").map(|first| first.uid());
    let user = (usual.ok() != Some(ours)).then_some(ours);
    Some(match enclosure.exec_with_terminal(user, id.as_deref()) {
        Some(exec) => text!(typed_in_container_by, exec),
        None => words().typed_in_container.to_owned(),
    })
}

/// How this program is called in what is printed to be typed.
static CALLED: OnceLock<PathBuf> = OnceLock::new();

/// Remembers how this process was started: what is printed to be typed again begins so.
pub fn started_as(word: &OsStr) {
    let search = std::env::var_os("PATH").unwrap_or_default();
    let path = match surroundings() {
        // It was brought there for this one time.
        Some(_) => path_of(word, &search),
        // It is installed, or easily found by who has just typed it.
        None => None,
    };
    let _ = CALLED.set(path.unwrap_or_else(|| NAME.into()));
}

/// This program as it is called in a command: by its name, or by its path, where we were started in a container whose search
/// path does not lead to it.
pub fn called() -> &'static Path {
    CALLED.get().map_or(Path::new(NAME), PathBuf::as_path)
}

/// The same, ready for a shell.
pub fn program() -> &'static str {
    static FOR_SHELL: OnceLock<String> = OnceLock::new();
    FOR_SHELL.get_or_init(|| sentences::shell(called()))
}

const NAME: &str = "freescout-rescue";

/// The path of a program that was called so, where its name does not lead to it.
fn path_of(word: &OsStr, search: &OsStr) -> Option<PathBuf> {
    let is_path = word.as_encoded_bytes().contains(&b'/');
    let path = is_path.then(|| std::path::absolute(word).ok())??;
    let real = std::fs::canonicalize(&path).ok()?;
    let found = std::env::split_paths(search)
        .filter(|folder| folder.is_absolute())
        .find_map(|folder| std::fs::canonicalize(folder.join(NAME)).ok());
    (found != Some(real)).then_some(path)
}

/// By the files that runtimes make, the variables that they set, and the control group.
fn told(
    exists: &dyn Fn(&str) -> bool,
    variable: &dyn Fn(&str) -> Option<String>,
    groups: &str,
) -> Option<Enclosure> {
    if exists("/run/.containerenv") {
        return Some(Enclosure::Podman);
    }
    if variable("KUBERNETES_SERVICE_HOST").is_some() {
        return Some(Enclosure::Kubernetes);
    }
    if exists("/.dockerenv") {
        return Some(Enclosure::Docker);
    }
    // Set by systemd's rules for containers, also by LXC and nspawn.
    match variable("container").as_deref() {
        Some("docker") => return Some(Enclosure::Docker),
        Some("podman" | "oci") => return Some(Enclosure::Podman),
        Some(kind) if !kind.is_empty() => return Some(Enclosure::Other),
        _ => {}
    }
    let mark = cgroup::of_cgroup(groups)?;
    Some(match mark.runtime {
        Runtime::Podman => Enclosure::Podman,
        Runtime::Kubernetes => Enclosure::Kubernetes,
        Runtime::Lxc | Runtime::Nspawn => Enclosure::Other,
        Runtime::Docker | Runtime::Containerd | Runtime::Unknown => Enclosure::Docker,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_container_is_told_by_whatever_says_so() {
        let group = format!("0::/docker/{}\n", "a".repeat(64));
        for (file, variable, groups, expected) in [
            ("", ("", ""), "0::/\n", None),
            ("", ("", ""), "0::/system.slice/cron.service\n", None),
            ("/.dockerenv", ("", ""), "0::/\n", Some(Enclosure::Docker)),
            (
                "/run/.containerenv",
                ("container", "oci"),
                "0::/\n",
                Some(Enclosure::Podman),
            ),
            (
                "/.dockerenv",
                ("KUBERNETES_SERVICE_HOST", "10.0.0.1"),
                "0::/\n",
                Some(Enclosure::Kubernetes),
            ),
            ("", ("container", "podman"), "", Some(Enclosure::Podman)),
            ("", ("container", "lxc"), "0::/\n", Some(Enclosure::Other)),
            ("", ("container", ""), "0::/\n", None),
            ("", ("", ""), group.as_str(), Some(Enclosure::Docker)),
        ] {
            let exists = |path: &str| path == file;
            let named = |name: &str| (name == variable.0).then(|| variable.1.to_owned());
            assert_eq!(
                told(&exists, &named, groups),
                expected,
                "{file} {variable:?} {groups}"
            );
        }
    }

    #[test]
    fn what_is_to_be_typed_is_that_runtimes_own() {
        let user = |one: Enclosure| one.exec_as("nginx");
        assert_eq!(
            user(Enclosure::Docker).as_deref(),
            Some("docker exec -u nginx")
        );
        assert_eq!(user(Enclosure::Kubernetes), None);
        assert_eq!(
            Enclosure::Docker.exec_as("a user's").as_deref(),
            Some(r"docker exec -u 'a user'\''s'")
        );
        assert_eq!(Enclosure::Kubernetes.exec(), Some("kubectl exec"));
        assert_eq!(Enclosure::Other.exec(), None);
        let id = "0123456789ab".repeat(5);
        for (one, user, id, exec) in [
            (
                Enclosure::Docker,
                None,
                Some(&id),
                Some("docker exec -it 0123456789ab"),
            ),
            (
                Enclosure::Podman,
                Some(80),
                None,
                Some("podman exec -it -u 80 NAME"),
            ),
            (
                Enclosure::Kubernetes,
                Some(80),
                Some(&id),
                Some("kubectl exec -it POD --"),
            ),
            (Enclosure::Other, None, None, None),
        ] {
            let told = one.exec_with_terminal(user, id.map(String::as_str));
            assert_eq!(told.as_deref(), exec);
        }
    }

    #[test]
    fn a_program_is_called_by_its_path_where_its_name_does_not_lead_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let at_folder = |name: &str| folder.path().join(name);
        let at = |folder: &str, name: &str| {
            std::fs::create_dir_all(at_folder(folder)).unwrap();
            let path = at_folder(folder).join(name);
            std::fs::write(&path, "").unwrap();
            path
        };
        let brought = at("tmp", NAME);
        let renamed = at("tmp", "fr");
        let installed = at("sbin", NAME);
        let search = |folders: &[&str]| {
            let folders = folders.iter().map(|name| at_folder(name));
            std::env::join_paths(folders).unwrap()
        };
        for (word, folders, expected) in [
            (&brought, &["sbin"][..], Some(&brought)),
            (&brought, &["tmp", "sbin"], None),
            // The first of that name is another one.
            (&brought, &["sbin", "tmp"], Some(&brought)),
            (&renamed, &["tmp"], Some(&renamed)),
            (&installed, &["sbin"], None),
        ] {
            let path = path_of(word.as_os_str(), &search(folders));
            assert_eq!(path.as_ref(), expected, "{folders:?}");
        }
        assert_eq!(path_of(OsStr::new(NAME), &search(&["tmp"])), None);
    }
}
