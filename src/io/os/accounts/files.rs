//! What stands in `passwd(5)` and `group(5)`, read as the C libraries read them: a line that is none is passed over, and of
//! several the first counts.

use std::path::PathBuf;

/// An account, as `/etc/passwd` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its name.
    pub name: String,
    /// User id.
    pub uid: u32,
    /// Its own group.
    pub gid: u32,
    /// Its home.
    pub home: PathBuf,
    /// What it logs in to; empty where none is named.
    pub shell: PathBuf,
}

/// A group, as `/etc/group` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Group id.
    pub gid: u32,
}

/// The first user of a list that is wanted.
pub(super) fn user(list: &[u8], wanted: impl Fn(&User) -> bool) -> Option<User> {
    users(list).find(wanted)
}

/// The users of a list.
pub(super) fn users(list: &[u8]) -> impl Iterator<Item = User> {
    lines(list).filter_map(|line| read_user(&line))
}

/// The first group of a list that is wanted.
pub(super) fn group(list: &[u8], wanted: impl Fn(&Group) -> bool) -> Option<Group> {
    lines(list)
        .filter_map(|line| read_group(&line).map(|(group, _)| group))
        .find(wanted)
}

/// The groups of a list that name this user as a member, by their numbers.
pub(super) fn groups_of(list: &[u8], name: &str) -> Vec<u32> {
    let named = |members: &str| members.split(',').any(|member| member.trim() == name);
    lines(list)
        .filter_map(|line| {
            let (group, members) = read_group(&line)?;
            named(members).then_some(group.gid)
        })
        .collect()
}

/// The groups that `getent initgroups` names: the user, then numbers.
pub(super) fn initgroups(said: &str, name: &str) -> Vec<u32> {
    let numbers = said.lines().find_map(|line| line.strip_prefix(name));
    let numbers = numbers.unwrap_or_default().split_ascii_whitespace();
    numbers.filter_map(id).collect()
}

/// The lines that may be entries. `+` and `-` begin those of NIS, which name what stands elsewhere.
fn lines(list: &[u8]) -> impl Iterator<Item = String> {
    list.split(|byte| *byte == b'\n')
        .map(|line| line.trim_ascii())
        .filter(|line| !line.is_empty() && !b"#+-".contains(&line[0]))
        .map(|line| String::from_utf8_lossy(line).into_owned())
}

fn read_user(line: &str) -> Option<User> {
    let mut fields = line.split(':');
    let name = fields.next()?.to_owned();
    let _password = fields.next()?;
    let (uid, gid) = (id(fields.next()?)?, id(fields.next()?)?);
    let _who = fields.next()?;
    let home = PathBuf::from(fields.next()?);
    let shell = PathBuf::from(fields.next().unwrap_or_default());
    (!name.is_empty()).then_some(User {
        name,
        uid,
        gid,
        home,
        shell,
    })
}

fn read_group(line: &str) -> Option<(Group, &str)> {
    let mut fields = line.split(':');
    let name = fields.next()?.to_owned();
    let _password = fields.next()?;
    let gid = id(fields.next()?)?;
    let members = fields.next().unwrap_or_default();
    (!name.is_empty()).then_some((Group { name, gid }, members))
}

/// A number of a user or group. The highest is nobody's: the kernel takes it for "leave it".
fn id(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|id| digits && *id != u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &[u8] = b"root:x:0:0:root:/root:/bin/bash\n\
        # www-data:x:1:1::/:/bin/sh\n\
        \n\
        broken\n\
        bad:x:-1:5::/:/bin/sh\n\
        plus:x:+5:5::/:/bin/sh\n\
        high:x:4294967295:5::/:/bin/sh\n\
        over:x:4294967296:5::/:/bin/sh\n\
        :x:7:7::/:/bin/sh\n\
        +nis::::::\n\
        -gone:x:8:8::/:/bin/sh\n\
          www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\r\n\
        second:x:33:34::/home/second\n\
        m\xfcller:x:1000:1000:M\xfcller,,,:/home/m:/bin/zsh";

    fn of(uid: u32) -> Option<User> {
        user(PASSWD, |user| user.uid == uid)
    }

    #[test]
    fn the_first_entry_counts_and_what_is_none_is_passed_over() {
        let www = User {
            name: "www-data".to_owned(),
            uid: 33,
            gid: 33,
            home: "/var/www".into(),
            shell: "/usr/sbin/nologin".into(),
        };
        assert_eq!(of(33), Some(www.clone()));
        assert_eq!(user(PASSWD, |user| user.name == "www-data"), Some(www));
        let second = user(PASSWD, |user| user.name == "second");
        assert_eq!(second.map(|user| user.shell), Some(PathBuf::new()));
        assert_eq!(
            of(1000).map(|user| user.gid),
            Some(1000),
            "without a last line's end"
        );
        for none in [1, 5, 7, 8, u32::MAX] {
            assert_eq!(of(none), None, "{none}");
        }
        assert_eq!(user(b"", |_| true), None);
        assert_eq!(user(&[b':'; 100], |_| true), None);
    }

    #[test]
    fn members_are_whole_names() {
        let list = b"root:x:0:\nwww-data:x:33:deploy\nstaff:x:50:deployer, deploy ,x\n\
            docker:x:998:deploy,www-data\nshort:x:9\nbad:x:y:deploy\n";
        assert_eq!(groups_of(list, "deploy"), [33, 50, 998]);
        assert_eq!(groups_of(list, "deployer"), [50]);
        assert_eq!(groups_of(list, "dep"), [] as [u32; 0]);
        assert_eq!(
            group(list, |group| group.gid == 9).map(|g| g.name),
            Some("short".to_owned())
        );
        assert_eq!(
            initgroups("deploy                33 50 998\n", "deploy"),
            [33, 50, 998]
        );
        assert_eq!(initgroups("deploy\n", "deploy"), [] as [u32; 0]);
        assert_eq!(initgroups("deploy 1 x -1 4294967295 2", "deploy"), [1, 2]);
    }
}
