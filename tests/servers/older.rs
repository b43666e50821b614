//! Older passwords in what the servers' own programs, and others, make of a database: each kind of dump and export is read,
//! and says of which table and database it is as far as that is known.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use freescout_rescue::domain::config::Driver;
use freescout_rescue::engine::hunt::files;
use freescout_rescue::engine::report::payloads::payloads;
use freescout_rescue::engine::session::{reading, survey};
use freescout_rescue::io::install::Environment;

use crate::install::Install;
use crate::server::{self, Server};

/// What makes a dump in the folder `$OUT` of the database `$DB`: the folder's name, a line of the shell, and the database
/// and table that it tells, with what keeps it from being taken unasked.
type Dump = (&'static str, &'static str, &'static str);

const NAMED: &str = "DB.fs_mailboxes -";
const UNNAMED: &str = "-.fs_mailboxes -";

const MARIADB: [Dump; 9] = [
    ("dump", "mariadb-dump $AT $DB > $OUT/d.sql", NAMED),
    ("tab", "mariadb-dump $AT --tab=$OUT $DB fs_mailboxes", NAMED),
    (
        "two files",
        "mariadb-dump $AT -d $DB > $OUT/a.sql && mariadb-dump $AT -t $DB > $OUT/b.sql",
        NAMED,
    ),
    (
        "two packed files",
        "mariadb-dump $AT -d $DB | gzip > $OUT/a.sql.gz && mariadb-dump $AT -t $DB | gzip > $OUT/b.sql.gz",
        NAMED,
    ),
    (
        "PowerShell",
        "mariadb-dump $AT $DB | iconv -t UTF-16 > $OUT/d.sql",
        NAMED,
    ),
    (
        "mydumper",
        "mydumper -u root -S $SOCKET -B $DB -o $OUT/d",
        NAMED,
    ),
    (
        "mydumper -c",
        "mydumper -u root -S $SOCKET -B $DB -c -o $OUT/d",
        NAMED,
    ),
    (
        "batch",
        "mariadb $AT -B -e 'select * from fs_mailboxes' $DB > $OUT/rows.tsv",
        "-.- no_table",
    ),
    (
        "named batch",
        "mariadb $AT -B -e 'select * from fs_mailboxes' $DB > $OUT/fs_mailboxes.tsv",
        UNNAMED,
    ),
];

const POSTGRES: [Dump; 8] = [
    ("dump", "pg_dump $AT $DB > $OUT/d.sql", UNNAMED),
    ("create", "pg_dump $AT -C $DB > $OUT/d.sql", NAMED),
    ("custom", "pg_dump $AT -Fc -f $OUT/d.dump $DB", NAMED),
    (
        "custom, not packed",
        "pg_dump $AT -Fc -Z0 -f $OUT/d.dump $DB",
        NAMED,
    ),
    ("directory", "pg_dump $AT -Fd -j2 -f $OUT/d $DB", NAMED),
    (
        "directory, not packed",
        "pg_dump $AT -Fd -Z0 -f $OUT/d $DB",
        NAMED,
    ),
    ("tar", "pg_dump $AT -Ft $DB | gzip > $OUT/d.tar.gz", NAMED),
    (
        "csv",
        "psql $AT -d $DB -c '\\copy fs_mailboxes to pstdout csv header' > $OUT/fs_mailboxes.csv",
        UNNAMED,
    ),
];

/// Makes a dump. Where a program is missing, tests/check.sh installs it.
fn make(server: &Server, install: &Install, folder: &Path, line: &str) {
    // The server writes there too.
    std::fs::set_permissions(folder, PermissionsExt::from_mode(0o777)).unwrap();
    let at = match server.driver {
        Driver::MySql => format!("--no-defaults -u root -S {}", server.socket()),
        _ => format!(
            "-h {} -p {} -U postgres",
            server.folder.display(),
            server.port
        ),
    };
    let out = Command::new("sh")
        .args(["-ec", &line.replace("$AT", &at)])
        .env("OUT", folder)
        .env("DB", &install.settings.database)
        .env("SOCKET", server.socket())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{line}: {said}");
}

/// The older passwords of the first mailbox: `column database.table doubt`.
fn listed(install: &Install, folder: &Path) -> Vec<String> {
    let session = survey::open(Some(&install.root()), Environment::of_this_process(), None);
    let mut session = session.ok().and_then(Result::ok).unwrap();
    reading::read_inventory(&mut session).unwrap();
    let folders = [install.look_in(), folder.to_owned()];
    files::look_in(&mut session, &folders, &|| false, &mut |_, _| {});
    let json = serde_json::to_value(payloads(&session.assess().recoverable)).unwrap();
    let found = json.as_array().unwrap().iter();
    let of_first = found.filter(|p| p["id"] == 1 && p["json_path"].is_null());
    let mut lines: Vec<String> = of_first
        .map(|p| {
            let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
            let origin = &p["origin"];
            let [column, database, table, doubt] = [
                &p["column"],
                &origin["database"],
                &origin["table"],
                &p["doubt"],
            ]
            .map(text);
            format!("{column} {database}.{table} {doubt}")
        })
        .collect();
    lines.sort();
    lines.dedup();
    lines
}

#[test]
fn every_kind_of_dump_gives_wiped_passwords_back() {
    for server in server::both() {
        let install = Install::new(server, "older");
        let dumps: &[Dump] = match server.driver {
            Driver::MySql => &MARIADB,
            _ => &POSTGRES,
        };
        let folders = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folders.path(), PermissionsExt::from_mode(0o755)).unwrap();
        for (what, line, _) in dumps {
            let folder = folders.path().join(what.replace([' ', ','], "-"));
            std::fs::create_dir(&folder).unwrap();
            make(server, &install, &folder, line);
        }
        let wipe = "UPDATE fs_mailboxes SET in_password = '', out_password = '' WHERE id = 1";
        install.admin(&[wipe]);
        for (what, _, origin) in dumps {
            let folder = folders.path().join(what.replace([' ', ','], "-"));
            let origin = origin.replace("DB", &install.settings.database);
            let expected = ["in", "out"].map(|way| format!("{way}_password {origin}"));
            assert_eq!(
                listed(&install, &folder),
                expected,
                "{:?}: {what}",
                server.driver
            );
        }
    }
}
