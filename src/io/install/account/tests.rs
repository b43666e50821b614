//! Layouts as they are met, and who FreeScout is in them.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::not_tried::{as_root, not_tried};

const WWW_DATA: u32 = 33;
/// Accounts that this server does not know: services.
const DEPLOYS: u32 = 54_321;

fn part(uid: u32, gid: u32, mode: u32) -> Ownership {
    Ownership { uid, gid, mode }
}

fn of(folder: u32, env: u32, artisan: u32, storage: u32) -> WebAccount {
    let part = |uid| part(uid, uid, 0o755);
    told_by(&Parts {
        folder: part(folder),
        env: Some(part(env)),
        artisan: Some(part(artisan)),
        storage: Some(part(storage)),
        cached: [None, None],
        writers: Vec::new(),
    })
}

fn roots(folder: Ownership, env: Ownership, storage: Ownership) -> WebAccount {
    told_by(&Parts {
        folder,
        env: Some(env),
        artisan: None,
        storage: Some(storage),
        cached: [None, None],
        writers: Vec::new(),
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

/// The account that writes the cached config decides which database is asked, as whom.
#[test]
fn who_writes_the_cached_config_counts() {
    let root = |mode| Some(part(0, 0, mode));
    let known = |folder, file| {
        told_by(&Parts {
            folder: part(0, 0, 0o755),
            env: root(0o640),
            artisan: root(0o755),
            storage: root(0o755),
            cached: [folder, file],
            writers: Vec::new(),
        })
    };
    let web = Some(part(WWW_DATA, WWW_DATA, 0o755));
    for cached in [(web, None), (web, root(0o644)), (root(0o755), web)] {
        let known = known(cached.0, cached.1);
        assert_eq!(known.account.uid, WWW_DATA);
        assert_eq!(known.by, KnownBy::LeastOwner(vec![0, WWW_DATA]));
    }
    for cached in [(root(0o777), None), (root(0o755), root(0o666))] {
        assert_eq!(known(cached.0, cached.1).by, KnownBy::Untold);
    }
    assert_eq!(known(root(0o755), root(0o644)).by, KnownBy::Root);
}

#[test]
fn roots_group_is_never_lent() {
    let known = told_by(&Parts {
        folder: part(DEPLOYS, 0, 0o755),
        env: None,
        artisan: None,
        storage: Some(part(DEPLOYS, 0, 0o755)),
        cached: [None, None],
        writers: Vec::new(),
    });
    assert_eq!(known.account.gid, within::NOBODY);
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
        assert_eq!((known.account.uid, known.certain()), (within::NOBODY, None));
    }
    // Nobody but its owner replaces anything in a sticky folder.
    let known = roots(part(0, 0, 0o1777), env(0, 0o644), closed());
    assert_eq!(known.by, KnownBy::Root);
    let known = roots(closed(), env(DEPLOYS, 0o640), part(0, DEPLOYS, 0o2775));
    assert_eq!(known.by, KnownBy::Group(DEPLOYS));
    assert_eq!((known.account.gid, known.certain()), (DEPLOYS, None));
    if accounts::user_named("www-data").is_some_and(|user| user.uid == WWW_DATA) {
        let known = roots(closed(), env(WWW_DATA, 0o640), part(0, WWW_DATA, 0o2775));
        let account = WebUser {
            uid: WWW_DATA,
            gid: WWW_DATA,
        };
        assert_eq!(known.certain(), Some(account));
    }
}

/// An access control list in the kernel's form.
fn list(entries: &[(u16, u16, u32)]) -> Vec<u8> {
    let entry = |(tag, may, id): &(u16, u16, u32)| {
        [
            &tag.to_le_bytes()[..],
            &may.to_le_bytes(),
            &id.to_le_bytes(),
        ]
        .concat()
    };
    let entries = entries.iter().flat_map(entry);
    [2, 0, 0, 0].into_iter().chain(entries).collect()
}

#[test]
fn who_an_access_control_list_lets_write_is_not_root() {
    const NO_ID: u32 = u32::MAX;
    let usual = |mask: u16| {
        list(&[
            (0x01, 6, NO_ID),
            (0x02, 6, WWW_DATA),
            (0x02, 4, DEPLOYS),
            (0x02, 7, 0),
            (0x04, 4, NO_ID),
            (0x10, mask, NO_ID),
            (0x20, 4, NO_ID),
        ])
    };
    assert_eq!(acl_writers(&usual(7)), [WWW_DATA]);
    assert_eq!(acl_writers(&usual(4)), [0_u32; 0], "the mask takes it away");
    for broken in [&b""[..], b"\x02\0\0\0\x02\0\x06", b"\x01\0\0\0"] {
        assert_eq!(acl_writers(broken), [0_u32; 0]);
    }
    let known = told_by(&Parts {
        folder: part(0, 0, 0o755),
        env: Some(part(0, 0, 0o664)),
        artisan: None,
        storage: None,
        cached: [None, None],
        writers: vec![DEPLOYS, WWW_DATA],
    });
    assert_eq!((known.account.uid, known.by), (WWW_DATA, KnownBy::Acl));
    if !as_root("access control lists of root's files") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let env = folder.path().join(".env");
    std::fs::write(&env, "").unwrap();
    assert_eq!(super::known(folder.path()).by, KnownBy::Root);
    let flags = rustix::fs::XattrFlags::empty();
    if rustix::fs::setxattr(&env, ACL, &usual(7), flags).is_err() {
        not_tried("no access control lists on this file system: reading them");
        return;
    }
    let known = super::known(folder.path());
    assert_eq!((known.account.uid, known.by), (WWW_DATA, KnownBy::Acl));
}

#[test]
fn an_account_is_named_by_name_or_number() {
    let root = NamedAccount::parse("root").unwrap();
    assert_eq!((root.account.uid, root.account.gid), (0, 0));
    let number = NamedAccount::parse("100033:100034").unwrap();
    assert_eq!((number.account.uid, number.account.gid), (100_033, 100_034));
    assert_eq!(NamedAccount::parse("100033").unwrap().account.gid, 100_033);
    for wrong in [
        "",
        "no such account",
        "4294967295",
        "-1",
        "33:",
        "33:x",
        ":33",
    ] {
        assert_eq!(NamedAccount::parse(wrong), None, "{wrong}");
    }
}
