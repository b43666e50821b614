//! What does not last: folders that the next restart, or the end of a container, empties.
//!
//! Judged by the mount that a folder lies on (proc(5), `mountinfo`) and by what the system cleans (tmpfiles.d(5)). A folder
//! that nothing speaks against is taken to last: a container's volume looks like any other disk.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

named! {
    /// When a folder's content goes by itself.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Fleeting {
        /// At the next restart: it lies in memory.
        Memory = "in_memory",
        /// When the container is rebuilt: it lies in the container's own layer.
        Container = "container_layer",
        /// With the pod (Kubernetes' `emptyDir`).
        Pod = "pod_volume",
        /// When the container is rebuilt: a volume without a name is not taken over.
        NamelessVolume = "nameless_volume",
        /// When the service ends that has this folder to itself (systemd's `PrivateTmp`).
        Service = "private_tmp",
        /// The system empties it at a restart, or after some time.
        Emptied = "emptied_by_system",
    }
    /// The name in JSON.
    pub fn code(self);
}

/// A mount, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// What of its file system is mounted.
    pub root: PathBuf,
    /// Where.
    pub point: PathBuf,
    /// The file system's type.
    pub kind: String,
    /// The file system itself, by its numbers: `MAJOR:MINOR`.
    pub device: String,
    /// Whether it is read-only here, while its file system is not: somebody chose that, and no disk fails.
    pub closed: bool,
}

/// File systems that answer when another machine does, or a program: or never.
const REMOTE: [&str; 16] = [
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "lustre",
    "glusterfs",
    "gpfs",
    "ocfs2",
    "gfs2",
    "coda",
    "ncpfs",
    "autofs",
];

impl Mount {
    /// Whether looking at it may take for ever.
    pub fn may_hang(&self) -> bool {
        REMOTE.contains(&self.kind.as_str())
            || self.kind == "fuse"
            || self.kind.starts_with("fuse.")
    }
}

/// The mount that a path lies on: of two at one place, the last hides the other.
pub fn mount_of<'m>(mounts: &'m [Mount], path: &Path) -> Option<&'m Mount> {
    let over = mounts.iter().filter(|mount| path.starts_with(&mount.point));
    over.max_by_key(|mount| mount.point.components().count())
}

/// What a system with these mounts calls what is mounted by another one: nothing where it has no such file system.
pub fn source_of(hosts: &[Mount], mount: &Mount) -> Option<PathBuf> {
    let has = |host: &&Mount| host.device == mount.device && mount.root.starts_with(&host.root);
    // Of several names, the one of the file system as a whole.
    let host = hosts.iter().filter(has).min_by_key(|host| {
        (
            host.root.components().count(),
            host.point.components().count(),
        )
    })?;
    let below = mount.root.strip_prefix(&host.root).ok()?;
    // Without the slash that an empty rest leaves.
    Some(host.point.join(below).components().collect())
}

/// The mounts in the text of `mountinfo`. Lines that are none are passed over.
pub fn mounts(mountinfo: &[u8]) -> Vec<Mount> {
    let mount = |line: &[u8]| {
        let mut fields = line.split(|b| *b == b' ');
        let device = String::from_utf8_lossy(fields.nth(2)?).into_owned();
        let root = path(fields.next()?);
        let point = path(fields.next()?);
        let here = fields.next()?;
        let mut fields = fields.skip_while(|field| *field != b"-").skip(1);
        let kind = String::from_utf8_lossy(fields.next()?).into_owned();
        let everywhere = fields.nth(1).unwrap_or_default();
        let read_only = |options: &[u8]| options.split(|b| *b == b',').any(|o| o == b"ro");
        Some(Mount {
            root,
            point,
            kind,
            device,
            closed: read_only(here) && !read_only(everywhere),
        })
    };
    mountinfo.split(|b| *b == b'\n').filter_map(mount).collect()
}

/// A path in which spaces and the like stand as three octal digits.
fn path(field: &[u8]) -> PathBuf {
    let (mut bytes, mut rest) = (Vec::with_capacity(field.len()), field);
    while let [first, others @ ..] = rest {
        let digits = others.get(..3).filter(|_| *first == b'\\');
        let code = digits.and_then(|d| u8::from_str_radix(std::str::from_utf8(d).ok()?, 8).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &others[3..] } else { others };
    }
    PathBuf::from(OsString::from_vec(bytes))
}

/// The folders that a file of tmpfiles.d(5) has emptied, at a restart or when what is in them gets old.
pub fn emptied(rules: &str) -> Vec<PathBuf> {
    let rule = |line: &str| {
        let mut fields = line.split_whitespace();
        let kind = fields.next().filter(|kind| !kind.starts_with('#'))?;
        let path = fields.next()?;
        let age = fields.nth(3).unwrap_or("-");
        let cleaned = match kind.chars().next()? {
            'D' | 'R' => true,
            'd' | 'e' | 'v' | 'q' | 'Q' => age != "-",
            _ => false,
        };
        let plain = path.starts_with('/') && !path.contains(['*', '?', '[', '%']);
        (cleaned && plain).then(|| PathBuf::from(path))
    };
    rules.lines().filter_map(rule).collect()
}

/// What is known of the machine.
#[derive(Debug, Clone, Default)]
pub struct Ground {
    /// Everything that is mounted.
    pub mounts: Vec<Mount>,
    /// Whether this is a container that is thrown away and rebuilt (Docker, Podman, Kubernetes), not a machine (LXC).
    pub container: bool,
    /// Folders that the system empties.
    pub emptied: Vec<PathBuf>,
}

impl Ground {
    /// Whether the content of this folder, links resolved, goes by itself.
    pub fn judge(&self, folder: &Path) -> Option<Fleeting> {
        if let Some(mount) = mount_of(&self.mounts, folder) {
            let root = mount.root.to_string_lossy();
            let top = mount.point == Path::new("/");
            match mount.kind.as_str() {
                "tmpfs" | "ramfs" => return Some(Fleeting::Memory),
                // One that stands elsewhere under another name is a volume: of a host whose own disk is an overlay, as of a
                // container in a container.
                "overlay" | "aufs" | "fuse.fuse-overlayfs" if top || mount.root == mount.point => {
                    return Some(Fleeting::Container);
                }
                // Storage without layers: a copy of the image on a part of the host's own disk. A machine has all of one.
                _ if top && self.container && (root != "/" || mount.kind == "zfs") => {
                    return Some(Fleeting::Container);
                }
                _ if root.contains("/kubernetes.io~empty-dir/") => return Some(Fleeting::Pod),
                _ if is_nameless(&mount.root) => return Some(Fleeting::NamelessVolume),
                _ if root.contains("/systemd-private-") => return Some(Fleeting::Service),
                _ => {}
            }
        }
        // The standard promises nothing of this one, whatever rules there are.
        let mut emptied = self.emptied.iter().map(PathBuf::as_path);
        let goes = folder.starts_with("/tmp") || emptied.any(|path| folder.starts_with(path));
        goes.then_some(Fleeting::Emptied)
    }
}

/// Whether a volume has only a number: `…/volumes/<64 hex digits>/_data`.
fn is_nameless(root: &Path) -> bool {
    let mut parts = root.components().rev().map(|part| part.as_os_str());
    let hex = |name: &str| name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit());
    parts.next().is_some_and(|part| part == "_data")
        && parts.next().and_then(|part| part.to_str()).is_some_and(hex)
        && parts.next().is_some_and(|part| part == "volumes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ground(mountinfo: &str, container: bool) -> Ground {
        Ground {
            mounts: mounts(mountinfo.as_bytes()),
            container,
            emptied: emptied(
                "D /tmp 1777 root root -\nq /var/tmp 1777 root root 30d\nd /var/lib/x 0755 - - -\n#q /var/no - - - 1d\n",
            ),
        }
    }

    fn judged(ground: &Ground, folder: &str) -> Option<Fleeting> {
        ground.judge(Path::new(folder))
    }

    const DOCKER: &str = "\
100 90 0:50 / / rw,relatime master:1 - overlay overlay rw,lowerdir=/l,upperdir=/u/diff,workdir=/w
101 100 0:60 / /dev/shm rw - tmpfs shm rw
102 100 254:1 /var/lib/docker/volumes/data/_data /data rw - ext4 /dev/vda1 rw
103 100 254:1 /var/lib/docker/volumes/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef/_data /srv rw shared:7 master:9 - ext4 /dev/vda1 rw
106 100 0:50 /srv/fs /kept rw - overlay overlay rw,lowerdir=/l,upperdir=/u/diff,workdir=/w
104 100 254:1 /var/lib/kubelet/pods/6f/volumes/kubernetes.io~empty-dir/d /pod rw - ext4 /dev/vda1 rw
105 102 0:61 / /data/with\\040blank rw - tmpfs x rw
";

    #[test]
    fn a_mount_that_alone_is_read_only_tells_of_no_failing_disk() {
        let mounts = mounts(
            b"1 0 254:1 / / rw - ext4 /dev/vda1 rw\n2 1 254:1 /env /srv/app/.env ro,relatime - ext4 /dev/vda1 rw\n\
              3 1 254:2 / /data ro - ext4 /dev/vdb1 ro,errors=remount-ro\n4 1 254:1 /x /data/x rw - ext4 /dev/vda1 rw\n",
        );
        let closed = |path: &str| mount_of(&mounts, Path::new(path)).map(|mount| mount.closed);
        assert_eq!(closed("/srv/app/.env"), Some(true));
        assert_eq!(closed("/srv/app/.env.bak"), Some(false));
        assert_eq!(closed("/data/file"), Some(false), "all of it is");
        assert_eq!(closed("/data/x/file"), Some(false));
    }

    #[test]
    fn a_mount_of_a_container_is_told_by_its_name_on_the_host() {
        let host = mounts(
            b"1 0 254:1 / / rw - ext4 /dev/vda1 rw\n2 1 254:1 /srv /mnt/again rw - ext4 /dev/vda1 rw\n\
              3 1 254:2 /sub /data rw - btrfs /dev/vdb1 rw\n4 1 0:60 / /var/lib/kubelet/s rw - tmpfs tmpfs rw\n",
        );
        let there = mounts(
            b"9 0 0:50 / / ro - overlay overlay rw\n8 9 254:1 /srv/fs/env /www/html/.env ro - ext4 /dev/vda1 rw\n\
              7 9 254:2 /sub/a\\040b /data ro - btrfs /dev/vdb1 rw\n6 9 0:60 / /secret ro - tmpfs tmpfs rw\n\
              5 9 254:2 /other /x ro - btrfs /dev/vdb1 rw\n",
        );
        let told: Vec<Option<PathBuf>> =
            there.iter().map(|mount| source_of(&host, mount)).collect();
        let path = |path: &str| Some(PathBuf::from(path));
        assert_eq!(
            told,
            [
                None,
                path("/srv/fs/env"),
                path("/data/a b"),
                path("/var/lib/kubelet/s"),
                None,
            ]
        );
    }

    #[test]
    fn what_another_machine_answers_for_may_hang() {
        let mounts = mounts(
            b"1 0 254:1 / / rw - ext4 /dev/vda1 rw\n2 1 0:40 / /home/jane rw - nfs4 nas:/home rw\n\
              3 1 0:41 / /home/joe rw - fuse.sshfs joe@x: rw\n4 1 0:42 / /srv rw - fuseblk /dev/sdb1 rw\n",
        );
        let hang: Vec<bool> = mounts.iter().map(Mount::may_hang).collect();
        assert_eq!(hang, [false, true, true, false]);
    }

    #[test]
    fn a_container_keeps_only_what_lies_in_a_volume_with_a_name() {
        let ground = ground(DOCKER, true);
        for (folder, ends) in [
            ("/var/lib/freescout-rescue", Some(Fleeting::Container)),
            ("/dev/shm/x", Some(Fleeting::Memory)),
            ("/data/rescue", None),
            ("/data/with blank/x", Some(Fleeting::Memory)),
            ("/kept/x", None),
            ("/database", Some(Fleeting::Container)),
            ("/srv/x", Some(Fleeting::NamelessVolume)),
            ("/pod/x", Some(Fleeting::Pod)),
        ] {
            assert_eq!(judged(&ground, folder), ends, "{folder}");
        }
    }

    #[test]
    fn a_machine_keeps_all_but_what_it_cleans() {
        let disk = "27 1 254:0 / / rw - ext4 /dev/vda rw\n28 27 0:21 / /run rw - tmpfs tmpfs rw\n\
            29 27 254:0 /tmp/systemd-private-1f-apache2.service-x/tmp /var/cache/own rw - ext4 /dev/vda rw\n";
        for (folder, ends) in [
            ("/var/lib/freescout-rescue", None),
            ("/run/x", Some(Fleeting::Memory)),
            ("/tmp/x", Some(Fleeting::Emptied)),
            ("/tmpx", None),
            ("/var/tmp/freescout-rescue-33", Some(Fleeting::Emptied)),
            ("/var/lib/x/y", None),
            ("/var/no/y", None),
            ("/var/cache/own/x", Some(Fleeting::Service)),
        ] {
            assert_eq!(judged(&ground(disk, false), folder), ends, "{folder}");
        }
        // A machine that was made of an image, and a container that has a part of a machine's disk.
        let folder = "/var/lib/freescout-rescue";
        assert_eq!(judged(&ground(disk, true), folder), None);
        let part = "27 1 254:0 /var/lib/docker/vfs/dir/1f / rw - ext4 /dev/vda rw\n";
        assert_eq!(
            judged(&ground(part, true), folder),
            Some(Fleeting::Container)
        );
        assert_eq!(judged(&ground(part, false), folder), None, "LXC stays");
        // Nothing is known: nothing is claimed, but for what is never kept.
        let nothing = Ground::default();
        assert_eq!(judged(&nothing, folder), None);
        assert_eq!(judged(&nothing, "/tmp/x"), Some(Fleeting::Emptied));
    }

    #[test]
    fn of_two_mounts_at_one_place_the_last_counts() {
        let twice = "1 0 8:1 / / rw - ext4 d rw\n2 1 8:2 / /data rw - ext4 d rw\n3 2 0:9 / /data rw - tmpfs t rw\nno mount\n";
        assert_eq!(
            judged(&ground(twice, false), "/data/x"),
            Some(Fleeting::Memory)
        );
    }
}
