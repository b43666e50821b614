//! Commands that a person is to type, with names in them that others chose: a path, the name of a database. A name may
//! begin with a dash, hold `=` or be a URI, which programs take for options and connection strings; here every such name
//! becomes one word of a shell command that means the name and nothing else.

use std::path::Path;

use crate::domain::config::container::{Container, Runtime};
use crate::words::untrusted::{is_hostile, uncovered};

/// A name that others chose, as an argument of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operand<'a> {
    /// A file or folder.
    Path(&'a Path),
    /// A database, for the client of MySQL or MariaDB.
    MySqlDatabase(&'a str),
    /// A database, for psql.
    PgSqlDatabase(&'a str),
}

/// A command: a program with options of ours, then names. The program's own options must not be followed by anything but
/// these.
pub fn typed(program: &str, operands: &[Operand<'_>]) -> String {
    let mut command = program.to_owned();
    for operand in operands {
        let operand = match operand {
            Operand::Path(path) => shell(path),
            // The end of options, as the client has no other way to tell them from a name.
            Operand::MySqlDatabase(name) if name.starts_with('-') => format!("-- {}", word(name)),
            Operand::MySqlDatabase(name) => word(name),
            Operand::PgSqlDatabase(name) => word(&pgsql_database(name)),
        };
        command.push(' ');
        command += &operand;
    }
    command
}

/// A path as one word of a shell command, which leads to it whatever is in its name, and is never an option.
pub fn shell(path: &Path) -> String {
    let path = &*uncovered(path);
    let bytes = path.as_os_str().as_encoded_bytes();
    let here = match bytes.first() {
        Some(b'-') => "./",
        _ => "",
    };
    match path.to_str().filter(|text| !text.contains(is_hostile)) {
        Some(text) => word(&format!("{here}{text}")),
        None => spelled(&[here.as_bytes(), bytes, ending(bytes)].concat()),
    }
}

/// The command that prints the text of a safe: with the secret key of one of them where it is made `to_recipients`, with a
/// passphrase otherwise. `safe` is one word of a shell command.
pub fn decrypt(safe: &str, to_recipients: bool) -> String {
    match to_recipients {
        true => text!(safe_decrypt_with_key, safe),
        false => text!(safe_decrypt, safe),
    }
}

/// The option of ours that names this container.
pub fn in_container(container: &Container) -> String {
    let name = container.lasting_name();
    format!("--container {}", shell(Path::new(&name)))
}

/// The command that starts this container, where it is its runtime's own; an account's is started by that account, and one
/// within another there.
pub fn start_of(container: &Container) -> Option<String> {
    let program = match (container.runtime, &container.realm) {
        (Runtime::Docker, None) => "docker start",
        (Runtime::Podman, None) => "podman start",
        _ => return None,
    };
    let name = container.name.clone().or_else(|| container.short_id())?;
    // What begins with a dash is no name of theirs.
    let is_name = !name.starts_with('-') && !name.contains('/');
    is_name.then(|| format!("{program} {}", word(&name)))
}

/// The shell takes the last line ends off what it is given to spell. A folder is the same with this behind it; a file with
/// such a name is not found, and no other one is.
fn ending(bytes: &[u8]) -> &'static [u8] {
    match bytes.last() {
        Some(b'\n') => b"/.",
        _ => b"",
    }
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "/._-+:@,".contains(c)
}

/// One word of a shell command.
pub fn word(text: &str) -> String {
    if text.contains(is_hostile) {
        spelled(text.as_bytes())
    } else if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// POSIX shells have no quotes for what must not be shown; printf(1) makes it of octal numbers. So it does a dash, with
/// which its own options would begin.
fn spelled(bytes: &[u8]) -> String {
    let spelled = bytes.iter().map(|byte| match char::from(*byte) {
        c if is_plain(c) && c != '-' => c.to_string(),
        _ => format!("\\{byte:03o}"),
    });
    format!("\"$(printf '{}')\"", spelled.collect::<String>())
}

/// libpq takes what holds `=` or begins as a URI for a whole connection string: so a name is given as one, unless nobody
/// could take it for anything else.
fn pgsql_database(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    match !name.is_empty() && name.chars().all(plain) {
        true => name.to_owned(),
        false => format!(
            "dbname='{}'",
            name.replace('\\', "\\\\").replace('\'', "\\'")
        ),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::process::Command;

    /// The arguments that a program gets, as a shell understands the command.
    fn arguments(command: &str) -> Vec<Vec<u8>> {
        let script = format!("set -- {command}; printf '%s\\0' \"$@\"");
        let out = Command::new("/bin/sh").args(["-c", &script]).output();
        let out = out.unwrap().stdout;
        let arguments = out.strip_suffix(b"\0").unwrap();
        arguments.split(|b| *b == 0).map(<[u8]>::to_vec).collect()
    }

    #[test]
    fn names_that_nobody_mistakes_stay_as_they_are() {
        let path = Operand::Path(Path::new("/var/lib/a-b"));
        assert_eq!(typed("rm -f", &[path]), "rm -f /var/lib/a-b");
        let (my, pg) = (
            Operand::MySqlDatabase("free_1"),
            Operand::PgSqlDatabase("free_1"),
        );
        assert_eq!(typed("mysql", &[my]), "mysql free_1");
        assert_eq!(typed("psql -v A=1", &[pg]), "psql -v A=1 free_1");
    }

    #[test]
    fn a_name_is_one_argument_and_never_an_option() {
        let names = [
            "-e",
            "--help",
            "--execute=system id",
            "a=b",
            "host=/tmp dbname=x",
            "postgresql://evil/x",
            "it's \\' \"$(id)\" `id` ; id",
            "-\u{1b}[31m%s\\x",
            "",
        ];
        for name in names {
            let got = arguments(&typed("mysql", &[Operand::MySqlDatabase(name)]));
            let [_, rest @ ..] = &got[..] else { panic!() };
            let end: &[u8] = match rest {
                [name] => name,
                [end, name] if end == b"--" => name,
                other => panic!("{other:?}"),
            };
            assert_eq!(end, name.as_bytes());
            assert!(rest.len() == 2 || !name.starts_with('-'), "{rest:?}");
            let got = arguments(&typed("psql", &[Operand::PgSqlDatabase(name)]));
            assert_eq!(got.len(), 2);
            assert!(got[1].starts_with(b"dbname='"), "{got:?}");
        }
        let name = Operand::PgSqlDatabase("it's=\\");
        let got = arguments(&typed("psql", &[name]));
        assert_eq!(got[1], b"dbname='it\\'s=\\\\'");
    }

    #[test]
    fn a_path_leads_to_its_file_and_to_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let names: [&[u8]; 7] = [
            b"-rf",
            b"--help",
            b"-\x1b[31m%d",
            b"a b'c\"$(id)",
            b"\xff\n-x",
            "-\u{202e}".as_bytes(),
            b"-",
        ];
        for name in names {
            let name = OsStr::from_bytes(name);
            std::fs::write(folder.path().join(name), name.as_bytes()).unwrap();
            let command = typed("cat", &[Operand::Path(Path::new(name))]);
            let out = Command::new("/bin/sh")
                .args(["-c", &command])
                .current_dir(folder.path())
                .output()
                .unwrap();
            assert_eq!(out.stdout, name.as_bytes(), "{command}: {out:?}");
        }
        // A line's end at the end, which the shell would take off: the folder itself, and no file of the shorter name.
        let folder = folder.path();
        std::fs::write(folder.join("file"), "another").unwrap();
        std::fs::write(folder.join("file\n"), "this").unwrap();
        std::fs::create_dir(folder.join("folder\n")).unwrap();
        let run = |program, name: &str| {
            let path = folder.join(name);
            let command = typed(program, &[Operand::Path(&path)]);
            let status = Command::new("/bin/sh").args(["-c", &command]).output();
            status.unwrap().status.success()
        };
        assert!(run("test -d", "folder\n"));
        assert!(!run("test -e", "file\n"), "not found, and not another");
    }
}
