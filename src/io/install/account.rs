//! Whose rights FreeScout has: told from who owns what it consists of, or by the operator.
//!
//! The web user can put a folder of root's in the place of `storage/` (that user may rename what lies beside it), so no single
//! owner is believed. Of the owners of the install's folder, `.env`, `artisan` and `storage/` the one with the least
//! rights on this server counts: whatever the others are, that account writes there. Root is never taken from owners
//! that differ; where everything is root's, a group or everybody that may write there is looked for next.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::{CACHE, CACHE_FOLDER, WebUser};
use crate::io::container::within;
use crate::io::fs::{self, Ownership};
use crate::io::os::accounts;
use crate::words::untrusted::shown;

const GROUP_WRITES: u32 = 0o020;
const OTHERS_WRITE: u32 = 0o002;

/// Accounts that distributions and panels give to their web servers: where these own something, PHP runs as them.
const WEB_SERVERS: [&str; 10] = [
    "www-data", "apache", "nginx", "http", "httpd", "www", "wwwrun", "caddy", "lighttpd", "nobody",
];

/// Groups whose members can become root without a fault of anybody's: by asking, through the container engine, or at the
/// raw disk.
const ROOTS_FRIENDS: [&str; 9] = [
    "root",
    "sudo",
    "wheel",
    "admin",
    "docker",
    "lxd",
    "incus-admin",
    "libvirt",
    "disk",
];

/// Programs that stand in `/etc/passwd` for an account that cannot log in.
const NO_SHELLS: [&str; 3] = ["nologin", "false", "sync"];

named! {
    /// How it is known.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum KnownBy {
        /// The operator named the account.
        Operator = "operator",
        /// It owns everything.
        Owner = "owner",
        /// The owners differ, and it has the least rights among them. All of them, most first, by user id.
        LeastOwner(Vec<u32>) = "least_owner",
        /// Everything is root's, and an access control list of root's lets the account write there.
        Acl = "acl",
        /// Everything is root's, and this group may write there, by its id.
        Group(u32) = "group",
        /// Everything is root's, and nobody else may write `.env`.
        Root = "root",
        /// Everything is root's, and everybody may write `.env` or put another in its place: it is not known at all.
        Untold = "untold",
    }
    /// Its name in JSON.
    pub fn code(&self);
}

/// The account that FreeScout runs as, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebAccount {
    /// The account. Where nothing tells, the one that has no rights.
    pub account: WebUser,
    /// How it is known.
    pub by: KnownBy,
}

impl WebAccount {
    /// The account that PHP may be run as, and that files may be given to: one that is known.
    pub fn certain(&self) -> Option<WebUser> {
        let certain = match self.by {
            KnownBy::Untold => false,
            // A group without an account of its own.
            KnownBy::Group(_) => self.account.uid != within::nobody().0,
            _ => true,
        };
        certain.then_some(self.account)
    }
}

/// An account as the operator names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedAccount {
    /// As it was typed.
    pub text: String,
    account: WebUser,
}

impl NamedAccount {
    /// An account by its name, or by its number where it has no name here, as in a container's files seen from outside:
    /// `NAME`, `UID` or `UID:GID`. `None` where there is no such account.
    pub fn parse(text: &str) -> Option<Self> {
        let (user, group) = match text.split_once(':') {
            Some((user, group)) => (user, Some(group.parse().ok()?)),
            None => (text, None),
        };
        let uid: Option<u32> = user.parse().ok();
        let known = match uid {
            Some(uid) => accounts::user(uid),
            None => accounts::user_named(user),
        };
        let primary = known.as_ref().map(|user| user.gid);
        let uid = uid.or_else(|| known.map(|user| user.uid))?;
        let account = WebUser {
            uid,
            gid: group.or(primary).unwrap_or(uid),
        };
        // Nobody's number is nobody's name: `-1` is what the kernel takes for "leave it".
        (uid != u32::MAX && account.gid != u32::MAX).then(|| Self {
            text: shown(text).to_string(),
            account,
        })
    }
}

/// What the operator named, for the whole of this process.
static NAMED: OnceLock<NamedAccount> = OnceLock::new();

/// Takes the operator's word for it, from now on. The first one counts.
pub fn take_named(named: NamedAccount) {
    let _ = NAMED.set(named);
}

/// What the operator named.
pub fn named() -> Option<&'static NamedAccount> {
    NAMED.get()
}

/// Whose rights FreeScout has in this install, and how that is known.
pub fn known(root: &Path) -> WebAccount {
    match NAMED.get() {
        Some(named) => WebAccount {
            account: named.account,
            by: KnownBy::Operator,
        },
        None => told_by(&Parts::of(root)),
    }
}

/// What an install consists of, as far as its owners tell something.
struct Parts {
    folder: Ownership,
    env: Option<Ownership>,
    artisan: Option<Ownership>,
    storage: Option<Ownership>,
    /// The folder of the cached config and the file itself: they decide what FreeScout runs on before `.env` does.
    cached: [Option<Ownership>; 2],
    /// Accounts that access control lists of root's let write there. Other owners' lists are not asked: an owner could
    /// name an account there whose rights they would like to have.
    writers: Vec<u32>,
}

impl Parts {
    fn of(root: &Path) -> Self {
        let of = |path: &Path| std::fs::symlink_metadata(path).ok();
        // For a link to somebody else's file, the maker of the link counts.
        let part = |name: &str| {
            let path = root.join(name);
            fs::standing(&path).or_else(|| of(&path).map(|meta| Ownership::from(&meta)))
        };
        let roots = |path: &PathBuf| of(path).is_some_and(|meta| within::is_root(meta.uid()));
        let names = ["", ".env", "artisan", "storage", CACHE_FOLDER, CACHE];
        let paths = names.map(|name| root.join(name));
        let writers = paths.iter().filter(|path| roots(path)).flat_map(|path| {
            let mut list = [0; MAX_ACL];
            let read = rustix::fs::lgetxattr(path, ACL, &mut list);
            acl_writers(&list[..read.unwrap_or(0)])
        });
        let nothing = Ownership {
            uid: within::root_user(),
            gid: 0,
            mode: 0o700,
        };
        Self {
            folder: std::fs::metadata(root).map_or(nothing, |meta| Ownership::from(&meta)),
            env: part(".env"),
            artisan: part("artisan"),
            storage: part("storage"),
            cached: [CACHE_FOLDER, CACHE].map(part),
            writers: writers.collect(),
        }
    }

    /// What FreeScout surely writes comes first.
    fn all(&self) -> impl Iterator<Item = &Ownership> {
        let rest = [&self.env, &self.artisan];
        let rest = rest.into_iter().chain(&self.cached).flatten();
        let first = self.storage.iter().chain([&self.folder]);
        first.chain(rest)
    }

    /// Whether everybody may decide what FreeScout runs on.
    fn anybody_configures(&self) -> bool {
        let sticky = |part: &Ownership| part.mode & 0o1000 != 0;
        let open = |part: &Ownership| part.mode & OTHERS_WRITE != 0 && !sticky(part);
        let configured = [&self.env].into_iter().chain(&self.cached).flatten();
        open(&self.folder) || configured.into_iter().any(open)
    }
}

fn told_by(parts: &Parts) -> WebAccount {
    let mut owners: Vec<u32> = parts.all().map(|part| part.uid).collect();
    owners.sort_unstable();
    owners.dedup();
    // The first of equals: the owner of `storage/`.
    let least = parts.all().min_by_key(|part| might(part.uid));
    match (least, owners.as_slice()) {
        (Some(least), _) if !within::is_root(least.uid) => {
            let account = WebUser {
                uid: least.uid,
                gid: group_of(least),
            };
            let by = match owners.len() {
                1 => KnownBy::Owner,
                _ => {
                    owners.sort_by_key(|uid| std::cmp::Reverse(might(*uid)));
                    KnownBy::LeastOwner(owners)
                }
            };
            WebAccount { account, by }
        }
        _ => roots_own(parts),
    }
}

/// Everything belongs to root: the account that may write there all the same.
fn roots_own(parts: &Parts) -> WebAccount {
    let group = parts
        .all()
        .find(|part| !within::is_roots_group(part.gid) && part.mode & GROUP_WRITES != 0);
    if parts.anybody_configures() && !root_is_nobody_else() {
        return WebAccount {
            account: WebUser {
                uid: within::nobody().0,
                gid: within::nobody().1,
            },
            by: KnownBy::Untold,
        };
    }
    if let Some(uid) = parts.writers.iter().copied().min_by_key(|uid| might(*uid)) {
        let nobodys = Ownership {
            uid,
            gid: within::nobody().1,
            mode: 0,
        };
        let gid = group_of(&nobodys);
        return WebAccount {
            account: WebUser { uid, gid },
            by: KnownBy::Acl,
        };
    }
    match group.map(|part| part.gid) {
        Some(gid) => WebAccount {
            account: WebUser {
                uid: account_of_group(gid).unwrap_or(within::nobody().0),
                gid,
            },
            by: KnownBy::Group(gid),
        },
        None => WebAccount {
            account: WebUser {
                uid: within::root_user(),
                gid: within::root_user(),
            },
            by: KnownBy::Root,
        },
    }
}

/// The extended attribute of an access control list, and how long one of ours may be in bytes (some hundred entries).
const ACL: &str = "system.posix_acl_access";
const MAX_ACL: usize = 1 << 10;

/// The accounts but root that an access control list lets write, in the kernel's form (Linux,
/// `include/uapi/linux/posix_acl_xattr.h`): a version, then entries of tag, permissions and id.
fn acl_writers(list: &[u8]) -> Vec<u32> {
    const VERSION: [u8; 4] = [2, 0, 0, 0];
    const USER: u16 = 0x02;
    const MASK: u16 = 0x10;
    const WRITE: u16 = 0x02;
    let Some(entries) = list.strip_prefix(&VERSION) else {
        return Vec::new();
    };
    let entries = || {
        entries.as_chunks::<8>().0.iter().map(|entry| {
            let [a, b, c, d, id @ ..] = *entry;
            let short = |pair| u16::from_le_bytes(pair);
            (short([a, b]), short([c, d]), u32::from_le_bytes(id))
        })
    };
    let masked = entries().any(|(tag, may, _)| tag == MASK && may & WRITE == 0);
    let users = entries()
        .filter(|(tag, may, id)| *tag == USER && may & WRITE != 0 && !within::is_root(*id));
    match masked {
        true => Vec::new(),
        false => users.map(|(_, _, id)| id).collect(),
    }
}

/// Whether root is an ordinary account under another name, in a user namespace of its own: it has no rights to lend, and
/// cannot lay its own down (`user_namespaces(7)`).
fn root_is_nobody_else() -> bool {
    std::fs::read("/proc/self/setgroups").is_ok_and(|may| may.starts_with(b"deny"))
}

/// The account that a group was made for: of the same name, and this its own group.
fn account_of_group(gid: u32) -> Option<u32> {
    let group = accounts::group(gid)?;
    let user = accounts::user_named(&group.name)?;
    (user.gid == gid && !within::is_root(user.uid)).then_some(user.uid)
}

/// The account's own group. Root's is never lent to another account, whatever `chown` left there.
fn group_of(part: &Ownership) -> u32 {
    let own = accounts::user(part.uid).map(|user| user.gid);
    match own.unwrap_or(part.gid) {
        gid if within::is_roots_group(gid) => within::nobody().1,
        gid => gid,
    }
}

/// How much an account can do on this server, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Might {
    /// A web server's.
    WebServer,
    /// A service's: it cannot log in, or has no name here.
    Service,
    /// A person's, or one that files are brought by.
    Login,
    /// It can become root.
    Administrator,
    Root,
}

fn might(uid: u32) -> Might {
    if within::is_root(uid) {
        return Might::Root;
    }
    let Some(user) = accounts::user(uid) else {
        return Might::Service;
    };
    let groups = accounts::groups_of_user(&user.name).into_iter();
    let befriended = groups.chain([user.gid]).any(|gid| {
        accounts::group(gid).is_some_and(|group| ROOTS_FRIENDS.contains(&group.name.as_str()))
    });
    let name = user.name.as_str();
    let shell = user.shell.file_name().unwrap_or_default().to_string_lossy();
    match () {
        () if befriended => Might::Administrator,
        () if WEB_SERVERS.contains(&name) => Might::WebServer,
        () if NO_SHELLS.contains(&&*shell) => Might::Service,
        () => Might::Login,
    }
}

impl From<&std::fs::Metadata> for Ownership {
    fn from(meta: &std::fs::Metadata) -> Self {
        Self {
            uid: meta.uid(),
            gid: meta.gid(),
            mode: meta.mode() & 0o7777,
        }
    }
}

#[cfg(test)]
mod tests;
