//! Backups and dumps that run on this machine, as far as they are about one install or its database.
//!
//! Their arguments may hold passwords: they are compared here, and what is told is a name that stands in this file.

use std::path::Path;

use procfs::process::Process;

use super::home::working_folder;
use crate::domain::config::Driver;
use crate::domain::plan::hour::RunningBackup;

/// Programs that read one database of MySQL or MariaDB, or all of a server.
const OF_MYSQL: [&str; 8] = [
    "mysqldump",
    "mariadb-dump",
    "mysqlpump",
    "mydumper",
    "mariabackup",
    "mariadb-backup",
    "xtrabackup",
    "automysqlbackup",
];

/// The same for PostgreSQL.
const OF_POSTGRES: [&str; 3] = ["pg_dump", "pg_dumpall", "pg_basebackup"];

/// Programs that read files.
const COPIES: [&str; 13] = [
    "borg",
    "restic",
    "rustic",
    "rsync",
    "duplicity",
    "rdiff-backup",
    "rclone",
    "bacula-fd",
    "tar",
    "bsdtar",
    "zip",
    "7z",
    "7za",
];

/// What a dump is told when it shall read everything.
const EVERYTHING: [&str; 2] = ["--all-databases", "-A"];

/// How many are told.
const MOST: usize = 10;

/// The programs that dump such a database. SQLite's file is copied like any other.
fn dumpers(driver: Driver) -> &'static [&'static str] {
    match driver {
        Driver::MySql => &OF_MYSQL,
        Driver::PgSql => &OF_POSTGRES,
        Driver::Sqlite => &[],
    }
}

/// Those that run now and read this install's folder, or its database: by its name, or all that a server has.
pub fn running(install: &Path, driver: Driver, database: &str) -> Vec<RunningBackup> {
    let mut found = Vec::new();
    for process in procfs::process::all_processes().into_iter().flatten() {
        let Ok(process) = process else { continue };
        let arguments = process.cmdline().unwrap_or_default();
        let pid = process.pid();
        if let Some(program) = of(&arguments, &process, install, (driver, database)) {
            found.push(RunningBackup { pid, program });
        }
        if found.len() == MOST {
            break;
        }
    }
    found
}

fn of(
    arguments: &[String],
    process: &Process,
    install: &Path,
    (driver, database): (Driver, &str),
) -> Option<&'static str> {
    let (program, rest) = program(arguments, dumpers(driver))?;
    let reads = match COPIES.contains(&program) {
        false => dumps(rest, database),
        true => {
            let folder = working_folder(process.pid());
            copies(rest, folder.as_deref(), install)
        }
    };
    // One that has ended and waits to be noticed reads nothing.
    let ended = || process.stat().is_ok_and(|stat| stat.state == 'Z');
    (reads && !ended()).then_some(program)
}

/// Which of the programs it is, and its arguments. A script's name stands behind the one of its interpreter.
fn program<'a>(
    arguments: &'a [String],
    dumpers: &'static [&'static str],
) -> Option<(&'static str, &'a [String])> {
    let known = |at: usize| {
        let name = arguments.get(at)?.rsplit('/').next()?;
        let found = dumpers
            .iter()
            .chain(&COPIES)
            .find(|known| **known == name)?;
        Some((*found, arguments.get(at + 1..)?))
    };
    known(0).or_else(|| known(1))
}

/// Whether a dump is of this database. One that names none is of all of them, or of the one that is configured for it.
fn dumps(arguments: &[String], database: &str) -> bool {
    let all = |argument: &String| EVERYTHING.contains(&argument.as_str());
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$');
    let names = |argument: &String| {
        let mut words = argument.split(|c| !word(c));
        words.any(|word| word == database) || argument == database
    };
    let named = |argument: &&String| !argument.starts_with('-');
    arguments.iter().any(all)
        || arguments.iter().any(names)
        || arguments.iter().filter(named).count() == 0
}

/// Whether a program that copies files is told to read the install, a folder around it, or one inside.
fn copies(arguments: &[String], working: Option<&Path>, install: &Path) -> bool {
    let about = |path: &Path| install.starts_with(path) || path.starts_with(install);
    let told = |argument: &String| {
        let value = argument
            .split_once('=')
            .map_or(argument.as_str(), |(_, value)| value);
        let path = Path::new(value);
        match (path.is_absolute(), working) {
            _ if value.is_empty() || value.starts_with('-') => false,
            (true, _) => about(path),
            (false, Some(folder)) => about(&clean(&folder.join(path))),
            (false, None) => false,
        }
    };
    arguments.iter().any(told)
}

/// Without `.` and `..`, as far as names tell.
fn clean(path: &Path) -> std::path::PathBuf {
    let mut cleaned = std::path::PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => {
                cleaned.pop();
            }
            std::path::Component::CurDir => {}
            part => cleaned.push(part),
        }
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_program_is_known_by_its_name_or_by_its_scripts() {
        let name = |line: &str| {
            let arguments = words(line);
            program(&arguments, dumpers(Driver::MySql)).map(|(name, rest)| (name, rest.len()))
        };
        assert_eq!(
            name("/usr/bin/mysqldump -psecret a"),
            Some(("mysqldump", 2))
        );
        assert_eq!(
            name("/usr/bin/python3 /usr/bin/borg create"),
            Some(("borg", 1))
        );
        assert_eq!(name("vim mysqldump.txt"), None);
        assert_eq!(name("grep -r mysqldump"), None);
        assert_eq!(name("pg_dump freescout"), None);
        assert_eq!(name(""), None);
    }

    #[test]
    fn a_dump_counts_where_it_may_be_of_this_database() {
        for (line, is) in [
            ("--single-transaction freescout", true),
            ("--databases blog freescout", true),
            ("--dbname=postgresql://u@h/freescout", true),
            ("-A", true),
            ("-u root", false),
            ("--defaults-file=/etc/x", true),
            ("--single-transaction freescout_old", false),
            ("blog", false),
        ] {
            assert_eq!(dumps(&words(line), "freescout"), is, "{line}");
        }
        assert!(dumps(&[], "freescout"));
    }

    #[test]
    fn a_copy_counts_where_it_reads_the_install() {
        let install = Path::new("/var/www/html");
        let www = Some(Path::new("/var/www"));
        for (line, working, is) in [
            ("czf /root/www.tgz /var/www", None, true),
            ("czf /root/www.tgz html", www, true),
            ("czf - .", www, true),
            ("czf - ../www/./html/storage", www, true),
            ("-a /var/www/html/ backup:/srv", None, true),
            ("-C=/var/www/html czf - .", None, true),
            ("czf /root/blog.tgz blog", www, false),
            ("czf /var/www/html.tgz /etc", None, false),
            ("html", None, false),
            ("", www, false),
        ] {
            assert_eq!(copies(&words(line), working, install), is, "{line}");
        }
    }
}
