//! Whose rights FreeScout has: told from who owns what it consists of, or by the operator.
//!
//! The web user can put a folder of root's in the place of `storage/` (he may rename what lies beside it), so no single
//! owner is believed. Of the owners of the install's folder, `.env`, `artisan` and `storage/` the one with the least
//! rights on this server counts: whatever the others are, he is one who writes there. Root is never taken from owners
//! that differ; where everything is root's, a group or everybody that may write there is looked for next.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::OnceLock;

use super::WebUser;
use crate::domain::sanitize::sanitize;
use crate::io::files::{self, Standing};

const GROUP_WRITES: u32 = 0o020;
const OTHERS_WRITE: u32 = 0o002;

/// Linux' own number for users and groups it does not know (`/proc/sys/kernel/overflowuid`).
const NOBODY: u32 = 65534;

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

/// How it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownBy {
    /// The operator named the account.
    Operator,
    /// It owns everything.
    Owner,
    /// The owners differ, and it has the least rights among them. All of them, most first, by user id.
    LeastOwner(Vec<u32>),
    /// Everything is root's, and this group may write there, by its id.
    Group(u32),
    /// Everything is root's, and nobody else may write `.env`.
    Root,
    /// Everything is root's, and everybody may write `.env` or put another in its place: it is not known at all.
    Untold,
}

impl KnownBy {
    /// Its name in JSON.
    pub fn code(&self) -> &'static str {
        match self {
            KnownBy::Operator => "operator",
            KnownBy::Owner => "owner",
            KnownBy::LeastOwner(_) => "least_owner",
            KnownBy::Group(_) => "group",
            KnownBy::Root => "root",
            KnownBy::Untold => "untold",
        }
    }
}

/// The account that FreeScout runs as, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The account. Where nothing tells, the one that has no rights.
    pub account: WebUser,
    /// How it is known.
    pub by: KnownBy,
}

impl Known {
    /// The account that PHP may be run as, and that files may be given to: one that can be told.
    pub fn certain(&self) -> Option<WebUser> {
        let certain = match self.by {
            KnownBy::Untold => false,
            // A group without an account of its own.
            KnownBy::Group(_) => self.account.uid != NOBODY,
            _ => true,
        };
        certain.then_some(self.account)
    }
}

/// An account as the operator names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// As it was typed.
    pub text: String,
    account: WebUser,
}

impl Named {
    /// An account by its name, or by its number where it has no name here, as in a container's files seen from outside:
    /// `NAME`, `UID` or `UID:GID`. `None` where there is no such account.
    pub fn parse(text: &str) -> Option<Self> {
        let (user, group) = match text.split_once(':') {
            Some((user, group)) => (user, Some(group.parse().ok()?)),
            None => (text, None),
        };
        let uid: Option<u32> = user.parse().ok();
        let known = match uid {
            Some(uid) => uzers::get_user_by_uid(uid),
            None => uzers::get_user_by_name(user),
        };
        let primary = known.as_ref().map(|user| user.primary_group_id());
        let uid = uid.or_else(|| known.map(|user| user.uid()))?;
        let account = WebUser {
            uid,
            gid: group.or(primary).unwrap_or(uid),
        };
        // Nobody's number is nobody's name: `-1` is what the kernel takes for "leave it".
        (uid != u32::MAX && account.gid != u32::MAX).then(|| Self {
            text: sanitize(text),
            account,
        })
    }
}

/// What the operator named, for the whole of this process.
static NAMED: OnceLock<Named> = OnceLock::new();

/// Takes the operator's word for it, from now on. The first one counts.
pub fn take_named(named: Named) {
    let _ = NAMED.set(named);
}

/// What the operator named.
pub fn named() -> Option<&'static Named> {
    NAMED.get()
}

/// Whose rights FreeScout has in this install, and how that is known.
pub fn known(root: &Path) -> Known {
    match NAMED.get() {
        Some(named) => Known {
            account: named.account,
            by: KnownBy::Operator,
        },
        None => told_by(&Parts::of(root)),
    }
}

/// What an install consists of, as far as its owners tell something.
struct Parts {
    folder: Standing,
    env: Option<Standing>,
    artisan: Option<Standing>,
    storage: Option<Standing>,
}

impl Parts {
    fn of(root: &Path) -> Self {
        let of = |path: &Path| std::fs::symlink_metadata(path).ok();
        // Of a link that leads to something of somebody else's, whoever made it counts.
        let part = |name: &str| {
            let path = root.join(name);
            files::standing(&path).or_else(|| of(&path).map(|meta| Standing::from(&meta)))
        };
        let nothing = Standing {
            uid: 0,
            gid: 0,
            mode: 0o700,
        };
        Self {
            folder: std::fs::metadata(root).map_or(nothing, |meta| Standing::from(&meta)),
            env: part(".env"),
            artisan: part("artisan"),
            storage: part("storage"),
        }
    }

    /// What FreeScout surely writes comes first.
    fn all(&self) -> impl Iterator<Item = &Standing> {
        let rest = [&self.env, &self.artisan].into_iter().flatten();
        let first = self.storage.iter().chain([&self.folder]);
        first.chain(rest)
    }

    /// Whether everybody may decide what `.env` says.
    fn anybody_writes_env(&self) -> bool {
        let sticky = |part: &Standing| part.mode & 0o1000 != 0;
        let open = |part: &Standing| part.mode & OTHERS_WRITE != 0 && !sticky(part);
        open(&self.folder) || self.env.as_ref().is_some_and(open)
    }
}

fn told_by(parts: &Parts) -> Known {
    let mut owners: Vec<u32> = parts.all().map(|part| part.uid).collect();
    owners.sort_unstable();
    owners.dedup();
    // The first of equals: the owner of `storage/`.
    let least = parts.all().min_by_key(|part| might(part.uid));
    match (least, owners.as_slice()) {
        (Some(least), _) if least.uid != 0 => {
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
            Known { account, by }
        }
        _ => roots_own(parts),
    }
}

/// Everything is root's: whoever else may write there.
fn roots_own(parts: &Parts) -> Known {
    let group = parts
        .all()
        .find(|part| part.gid != 0 && part.mode & GROUP_WRITES != 0);
    if parts.anybody_writes_env() {
        return Known {
            account: WebUser {
                uid: NOBODY,
                gid: NOBODY,
            },
            by: KnownBy::Untold,
        };
    }
    match group.map(|part| part.gid) {
        Some(gid) => Known {
            account: WebUser {
                uid: account_of_group(gid).unwrap_or(NOBODY),
                gid,
            },
            by: KnownBy::Group(gid),
        },
        None => Known {
            account: WebUser { uid: 0, gid: 0 },
            by: KnownBy::Root,
        },
    }
}

/// The account that a group was made for: of the same name, and this its own group.
fn account_of_group(gid: u32) -> Option<u32> {
    let group = uzers::get_group_by_gid(gid)?;
    let user = uzers::get_user_by_name(group.name())?;
    (user.primary_group_id() == gid && user.uid() != 0).then(|| user.uid())
}

/// The account's own group. Root's is never lent to another account, whatever `chown` left there.
fn group_of(part: &Standing) -> u32 {
    let own = uzers::get_user_by_uid(part.uid).map(|user| user.primary_group_id());
    match own.unwrap_or(part.gid) {
        0 => NOBODY,
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
    if uid == 0 {
        return Might::Root;
    }
    let Some(user) = uzers::get_user_by_uid(uid) else {
        return Might::Service;
    };
    let groups = uzers::get_user_groups(user.name(), user.primary_group_id());
    let befriended = groups.into_iter().flatten().any(|group| {
        let name = group.name().to_string_lossy().into_owned();
        ROOTS_FRIENDS.contains(&name.as_str())
    });
    let name = user.name().to_string_lossy();
    let shell = uzers::os::unix::UserExt::shell(&user);
    let shell = shell.file_name().unwrap_or_default().to_string_lossy();
    match () {
        () if befriended => Might::Administrator,
        () if WEB_SERVERS.contains(&&*name) => Might::WebServer,
        () if NO_SHELLS.contains(&&*shell) => Might::Service,
        () => Might::Login,
    }
}

impl From<&std::fs::Metadata> for Standing {
    fn from(meta: &std::fs::Metadata) -> Self {
        Self {
            uid: meta.uid(),
            gid: meta.gid(),
            mode: meta.mode() & 0o7777,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const WWW_DATA: u32 = 33;
    /// Accounts that this server does not know: services.
    const DEPLOYS: u32 = 54_321;

    fn part(uid: u32, gid: u32, mode: u32) -> Standing {
        Standing { uid, gid, mode }
    }

    fn of(folder: u32, env: u32, artisan: u32, storage: u32) -> Known {
        let part = |uid| part(uid, uid, 0o755);
        told_by(&Parts {
            folder: part(folder),
            env: Some(part(env)),
            artisan: Some(part(artisan)),
            storage: Some(part(storage)),
        })
    }

    fn roots(folder: Standing, env: Standing, storage: Standing) -> Known {
        told_by(&Parts {
            folder,
            env: Some(env),
            artisan: None,
            storage: Some(storage),
        })
    }

    /// Layouts as they are met, and what an account may do to them: the owners of the install's folder, `.env`, `artisan`
    /// and `storage/`, and who FreeScout is.
    #[test]
    fn the_least_of_the_owners_counts() {
        for (what, [folder, env, artisan, storage], is) in [
            ("one account, as on panels", [DEPLOYS; 4], DEPLOYS),
            ("the web server's alone", [WWW_DATA; 4], WWW_DATA),
            ("root's code", [0, 0, 0, WWW_DATA], WWW_DATA),
            (
                "deployed by an account, written by the web server",
                [DEPLOYS, DEPLOYS, DEPLOYS, WWW_DATA],
                WWW_DATA,
            ),
            (
                "deployed with ACLs, .env written by FreeScout's installer",
                [DEPLOYS, WWW_DATA, DEPLOYS, DEPLOYS],
                WWW_DATA,
            ),
            (
                ".env edited as root",
                [WWW_DATA, 0, WWW_DATA, WWW_DATA],
                WWW_DATA,
            ),
            (
                "a folder of root's in place of storage/",
                [WWW_DATA, WWW_DATA, WWW_DATA, 0],
                WWW_DATA,
            ),
            (
                "a folder of another service's in its place",
                [WWW_DATA, WWW_DATA, WWW_DATA, DEPLOYS],
                WWW_DATA,
            ),
            ("all but the folder replaced", [WWW_DATA, 0, 0, 0], WWW_DATA),
            ("nothing but .env is his", [0, WWW_DATA, 0, 0], WWW_DATA),
            (
                "of equals the one that storage/ is of",
                [DEPLOYS, DEPLOYS, DEPLOYS, DEPLOYS + 1],
                DEPLOYS + 1,
            ),
        ] {
            let known = of(folder, env, artisan, storage);
            assert_eq!(known.account.uid, is, "{what}: {known:?}");
            assert_ne!(known.account.gid, 0, "{what}");
            assert_eq!(known.certain(), Some(known.account), "{what}");
        }
        assert_eq!(of(DEPLOYS, DEPLOYS, DEPLOYS, DEPLOYS).by, KnownBy::Owner);
        assert_eq!(
            of(WWW_DATA, WWW_DATA, WWW_DATA, 0).by,
            KnownBy::LeastOwner(vec![0, WWW_DATA])
        );
    }

    #[test]
    fn roots_group_is_never_lent() {
        let known = told_by(&Parts {
            folder: part(DEPLOYS, 0, 0o755),
            env: None,
            artisan: None,
            storage: Some(part(DEPLOYS, 0, 0o755)),
        });
        assert_eq!(known.account.gid, NOBODY);
    }

    #[test]
    fn where_everything_is_roots_whoever_else_may_write_counts() {
        let closed = || part(0, 0, 0o755);
        let env = |gid, mode| part(0, gid, mode);
        let known = roots(closed(), env(0, 0o644), closed());
        assert_eq!((known.account.uid, known.by), (0, KnownBy::Root));
        // `chmod -R 777 storage` tells nothing of the account, and lets nobody decide what .env says.
        let known = roots(closed(), env(0, 0o644), part(0, 0, 0o777));
        assert_eq!(known.by, KnownBy::Root);
        for (folder, env) in [
            (part(0, 0, 0o777), env(0, 0o644)),
            (closed(), env(0, 0o666)),
        ] {
            let known = roots(folder, env, closed());
            assert_eq!(known.by, KnownBy::Untold);
            assert_eq!((known.account.uid, known.certain()), (NOBODY, None));
        }
        // Nobody but its owner replaces anything in a sticky folder.
        let known = roots(part(0, 0, 0o1777), env(0, 0o644), closed());
        assert_eq!(known.by, KnownBy::Root);
        let known = roots(closed(), env(DEPLOYS, 0o640), part(0, DEPLOYS, 0o2775));
        assert_eq!(known.by, KnownBy::Group(DEPLOYS));
        assert_eq!((known.account.gid, known.certain()), (DEPLOYS, None));
        if uzers::get_user_by_name("www-data").is_some_and(|user| user.uid() == WWW_DATA) {
            let known = roots(closed(), env(WWW_DATA, 0o640), part(0, WWW_DATA, 0o2775));
            let account = WebUser {
                uid: WWW_DATA,
                gid: WWW_DATA,
            };
            assert_eq!(known.certain(), Some(account));
        }
    }

    #[test]
    fn an_account_is_named_by_name_or_number() {
        let root = Named::parse("root").unwrap();
        assert_eq!((root.account.uid, root.account.gid), (0, 0));
        let number = Named::parse("100033:100034").unwrap();
        assert_eq!((number.account.uid, number.account.gid), (100_033, 100_034));
        assert_eq!(Named::parse("100033").unwrap().account.gid, 100_033);
        for wrong in [
            "",
            "no such account",
            "4294967295",
            "-1",
            "33:",
            "33:x",
            ":33",
        ] {
            assert_eq!(Named::parse(wrong), None, "{wrong}");
        }
    }
}
