//! What others do while a recovery runs: FreeScout, cron, an administrator, a second one of us.

use freescout_rescue::domain::config::Driver;
use freescout_rescue::domain::inventory::sql;
use freescout_rescue::engine::session::reading;

use crate::held::{Held, journal, told, wait};
use crate::install::{key, sealed};
use crate::terminal::Session;
use crate::world::{World, drivers, ended};

fn table(world: &World, name: &str) -> String {
    let settings = &world.install.settings;
    sql::table(settings.driver, &settings.prefix, name)
}

fn key_text(byte: u8) -> String {
    String::from_utf8_lossy(key(byte).text()).into_owned()
}

/// How many secrets FreeScout can read now.
fn readable(world: &World) -> u64 {
    let checked = world.run("check", 0);
    let json: serde_json::Value = serde_json::from_str(&checked.out).unwrap();
    json["summary"]["opens"].as_u64().unwrap()
}

/// Tokens as FreeScout stores them.
fn tokens(byte: u8, token: &str) -> String {
    let sealed = sealed(&key(byte), token).replace('/', "\\/");
    format!(
        "{{\"oauth\":{{\"provider\":\"ms\",\"a_token\":\"{sealed}\",\"r_token\":\"{sealed}\"}}}}"
    )
}

/// A row changes between reading and writing: it is not overwritten, and the plan is made anew with it.
fn row_changed(world: &mut World) {
    let driver = world.install.settings.driver;
    let mailboxes = table(world, "mailboxes");
    let saved = sealed(&key(2), "typed in the browser");
    for (fault, row, column, text) in [
        // One that is to be sealed anew.
        ("a password was saved", 2, "in_password", saved.clone()),
        // One that stays as it is, and would be stranded under the key that goes.
        ("another password was saved", 1, "out_password", saved),
        // As FreeScout's fetching does when a token has expired.
        (
            "OAuth tokens were refreshed",
            2,
            "meta",
            tokens(2, "refreshed"),
        ),
    ] {
        world.reset();
        let update = |text: &str| {
            let literal = sql::literal(driver, "utf8mb4", Some(text.as_bytes()));
            let statement = format!("UPDATE {mailboxes} SET {column} = {literal} WHERE id = {row}");
            world.install.admin(&[&statement]);
        };
        if column == "meta" {
            update(&tokens(2, "expired"));
        }
        let held = Held::at(world.command("recover"), "JournalCommitted", journal::ROWS);
        update(&text);
        let done = held.end();
        told(fault, driver, &done);
        let context = format!("{driver:?}, {fault}: {}", done.said);
        assert_eq!(done.code, Some(2), "{context}");
        let once = "so the plan was made again once";
        for says in [once, "\"verified\":true"] {
            assert!(done.out.contains(says), "{says:?}: {context}");
        }
        let expected = if column == "meta" { 11 } else { 9 };
        assert_eq!(readable(world), expected, "{context}");
        let saved = if column == "meta" {
            "refreshed"
        } else {
            "typed in the browser"
        };
        assert!(opened(world).contains(&saved.to_owned()), "{context}");
        let env = std::fs::read_to_string(world.install.root().join(".env")).unwrap();
        assert!(env.contains(&key_text(1)), "{context}");
        world.require_settled(&context);
        // What was saved is taken back to as well: it is in the backup that the recovery rests on.
        let back = world.run("undo", 0);
        assert_eq!(back.code, Some(0), "{context}: {}", back.said);
        let shown = format!("{text:?}");
        let kept = |row: &String| row.contains(shown.trim_matches('"'));
        assert!(world.truth().rows.iter().any(kept), "{context}");
    }
}

/// A mailbox is added between reading and writing, by a recovery and by an undo: nobody planned for its password, which is
/// sealed with the key that goes.
fn row_inserted(world: &World) {
    let mailboxes = table(world, "mailboxes");
    let insert = |name: &str, sealed: &str| {
        world.install.admin(&[&format!(
            "INSERT INTO {mailboxes} (name, email, in_server, in_password, out_method) \
             VALUES ('{name}', '{name}@x.example', 'imap.example', '{sealed}', 1)"
        )]);
    };
    let held = Held::at(world.command("recover"), "JournalCommitted", journal::ROWS);
    insert("added", &sealed(&key(2), "typed into a new one"));
    let done = held.end();
    told("a mailbox was added", world.install.settings.driver, &done);
    assert_eq!(done.code, Some(2), "{}", done.said);
    let once = "so the plan was made again once";
    assert!(done.out.contains(once), "{}", done.said);
    let typed = "typed into a new one".to_owned();
    assert!(opened(world).contains(&typed), "{}", done.said);
    let held = Held::at(world.command("undo"), "JournalCommitted", journal::ROWS);
    insert("later", &sealed(&key(1), "typed while it was undone"));
    let back = held.end();
    let typed = "typed while it was undone".to_owned();
    let kept = opened(world).contains(&typed);
    assert!(kept || back.code != Some(0), "{}", back.said);
}

#[test]
fn a_row_that_was_added_is_planned_for() {
    for driver in drivers() {
        row_inserted(&World::new(driver, "row_inserted"));
    }
}

/// What FreeScout reads with the key that `.env` names.
fn opened(world: &World) -> Vec<String> {
    use freescout_rescue::engine::session::survey;
    use freescout_rescue::io::install::Environment;
    let opened = survey::open(Some(&world.install.root()), Environment::default(), None);
    let mut session = opened.ok().and_then(Result::ok).expect("it opens");
    reading::read_inventory(&mut session).unwrap();
    let secrets = session.inventory.secrets.iter();
    secrets
        .filter_map(|secret| freescout_rescue::domain::verdict::text::text(secret, &session.ring))
        .map(|text| String::from_utf8_lossy(text.expose()).into_owned())
        .collect()
}

#[test]
fn freescout_changes_a_row() {
    std::thread::scope(|scope| {
        for driver in drivers() {
            scope.spawn(move || row_changed(&mut World::new(driver, "row_changed")));
        }
    });
}

#[test]
fn somebody_changes_env() {
    let mut world = World::new(Driver::Sqlite, "");
    let env = world.install.root().join(".env");
    for (fault, nth) in [
        (".env changed before the rows", journal::ROWS),
        (".env changed after the rows", journal::FILES),
    ] {
        world.reset();
        let held = Held::at(world.command("recover"), "JournalCommitted", nth);
        let theirs = format!("{}MAIL_FETCH=1\n", std::fs::read_to_string(&env).unwrap());
        std::fs::write(&env, &theirs).unwrap();
        let with_theirs = world.truth();
        let refused = held.end();
        told(fault, Driver::Sqlite, &refused);
        assert_eq!(refused.code, Some(1), "{}", refused.said);
        for says in ["Somebody else changed", ".env", "Nothing was changed"] {
            assert!(refused.said.contains(says), "{says:?}: {}", refused.said);
        }
        // What lay beside it is gone, their text stands, and the rows are as they were.
        let mut now = world.truth();
        now.files.retain(|path, _| {
            with_theirs.files.contains_key(path) || path.starts_with(env.parent().unwrap())
        });
        let staged =
            |path: &&std::path::PathBuf| path.to_string_lossy().contains("freescout-rescue-");
        assert_eq!(now.files.keys().filter(staged).count(), 0);
        assert_eq!(now.rows, world.original.rows);
        assert_eq!(std::fs::read_to_string(&env).unwrap(), theirs);
        world.require_settled(&refused.said);
        let again = world.run("recover", 0);
        assert_eq!(again.code, Some(2), "{}", again.said);
        let expected = theirs.replace(&key_text(2), &key_text(1));
        assert_eq!(std::fs::read_to_string(&env).unwrap(), expected);
        let back = world.run("undo", 0);
        assert_eq!(back.code, Some(0), "{}", back.said);
        assert_eq!(std::fs::read_to_string(&env).unwrap(), theirs);
    }
}

/// Whenever FreeScout builds its cache anew with the key it knew, it does not keep it.
#[test]
fn freescout_rebuilds_its_cache() {
    let mut world = World::new(Driver::Sqlite, "");
    let cache = world.install.root().join("bootstrap/cache/config.php");
    for nth in [
        journal::ANNOUNCED,
        journal::ROWS,
        journal::FILES,
        journal::CACHE,
        journal::VERIFYING,
    ] {
        world.reset();
        let held = Held::at(world.command("recover"), "JournalCommitted", nth);
        let old = String::from_utf8(world.original.files[&cache].2.clone()).unwrap();
        std::fs::write(&cache, old.replace("http://x.example", "http://y.example")).unwrap();
        let done = held.end();
        told(&format!("cache rebuilt at {nth}"), Driver::Sqlite, &done);
        assert_eq!(done.code, Some(2), "{}", done.said);
        assert!(done.out.contains("\"verified\":true"), "{}", done.said);
        world.require_recovered(&done.said);
        world.require_settled(&done.said);
        let back = world.run("undo", 0);
        assert_eq!(back.code, Some(0), "{}", back.said);
        world.require_original(&back.said);
    }
}

/// Cron fetches mail, users log in, somebody adds a mailbox: nobody waits for us, and nothing of theirs is lost.
fn others_write(world: &mut World) {
    let driver = world.install.settings.driver;
    let [mailboxes, options, users] =
        ["mailboxes", "options", "users"].map(|name| table(world, name));
    for point in ["RowsLocked", "RowWritten"] {
        world.reset();
        let held = Held::at(world.command("recover"), point, 1);
        world.install.admin(&[
            &format!("UPDATE {users} SET last_name = 'seen' WHERE id = 1"),
            &format!("UPDATE {options} SET value = 'fetched' WHERE id = 2"),
            &format!("INSERT INTO {mailboxes} (name, email) VALUES ('New', 'new@x.example')"),
        ]);
        let done = held.end();
        told(&format!("others write at {point}"), driver, &done);
        assert_eq!(done.code, Some(2), "{}", done.said);
        let rows = world.install.tables();
        for theirs in ["seen", "fetched", "new@x.example"] {
            let found = rows.iter().any(|row| row.contains(theirs));
            assert!(found, "{driver:?}: {theirs} is lost: {rows:?}");
        }
        assert_eq!(readable(world), 9, "{}", done.said);
        world.require_settled(&done.said);
    }
}

#[test]
fn freescout_goes_on_working() {
    for driver in [Driver::MySql, Driver::PgSql] {
        others_write(&mut World::new(driver, "goes_on"));
    }
}

/// SQLite has one lock for the whole file: others wait until we are done, and no longer.
#[test]
fn who_writes_to_the_same_file_waits() {
    let world = World::new(Driver::Sqlite, "");
    let users = table(&world, "users");
    let held = Held::at(world.command("recover"), "RowsLocked", 1);
    let file = world.install.settings.database.clone();
    let other = std::thread::spawn(move || {
        let other = rusqlite::Connection::open(file).unwrap();
        other.busy_timeout(crate::held::DEADLINE).unwrap();
        other
            .execute_batch(&format!("UPDATE {users} SET last_name = 'seen'"))
            .unwrap();
    });
    let done = held.end();
    assert_eq!(done.code, Some(2), "{}", done.said);
    other.join().unwrap();
    assert!(
        world
            .install
            .tables()
            .iter()
            .any(|row| row.contains("seen"))
    );
    assert_eq!(readable(&world), 9);
}

/// One at a time: the second is told who is first, whatever it is, and comes in when the first is gone, however it went.
#[test]
fn a_second_one() {
    let mut world = World::new(Driver::Sqlite, "");
    let held = Held::at(world.command("recover"), "RowsLocked", 1);
    let pid = format!("process {}", held.pid());
    let host = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    for what in ["recover", "undo", "resume"] {
        let second = world.run(what, 0);
        told(&format!("a second one: {what}"), Driver::Sqlite, &second);
        assert_eq!(second.code, Some(3), "{what}: {}", second.said);
        for says in [
            "Another freescout-rescue is working on this install",
            &pid,
            &host,
        ] {
            assert!(second.said.contains(says), "{says:?}: {}", second.said);
        }
    }
    // Looking and backing up are nobody's business.
    let checked = world.run("check", 0);
    assert!(checked.said.contains(&pid), "{}", checked.said);
    assert_eq!(world.run("backup", 0).code, Some(0));
    a_second_wizard(&world, &pid);
    let first = held.end();
    assert_eq!(first.code, Some(2), "{}", first.said);
    world.require_recovered(&first.said);
    world.reset();
    Held::at(world.command("recover"), "RowsLocked", 1).kill();
    let next = world.run("recover", 0);
    told("the first was killed", Driver::Sqlite, &next);
    assert_eq!(next.code, Some(3), "{}", next.said);
    assert!(next.said.contains("unfinished recovery"), "{}", next.said);
    let back = world.run("undo", 0);
    assert_eq!(back.code, Some(0), "{}", back.said);
    world.require_original(&back.said);
    world.require_settled(&back.said);
}

fn a_second_wizard(world: &World, first: &str) {
    let mut second = crate::wizard::start(world, &[]);
    let screen = second.wait_for("Another freescout-rescue is working");
    assert!(screen.contains(first), "{screen}");
    crate::wizard::to_apply(&mut second);
    crate::wizard::confirm(&mut second, &|screen| {
        screen.contains("Two at once could overwrite each other's work")
    });
    let screen = second.screen();
    println!("{screen}");
    leave(second);
}

fn leave(mut session: Session) {
    session.keys("\u{3}");
    wait("the wizard to end", || {
        session.child.try_wait().unwrap().is_some()
    });
}

/// Minutes pass between the backup of a wizard and its last step, and mail is fetched meanwhile: nobody has to begin anew.
#[test]
fn a_wizard_goes_on_with_what_was_saved() {
    let world = World::new(Driver::Sqlite, "");
    let mut session = crate::wizard::start(&world, &[]);
    crate::wizard::to_apply(&mut session);
    let mailboxes = table(&world, "mailboxes");
    let saved = sealed(&key(2), "typed in the browser");
    let update = format!("UPDATE {mailboxes} SET in_password = '{saved}' WHERE id = 2");
    world.install.admin(&[&update]);
    crate::wizard::apply(&mut session);
    // The report's list has it below the three mailboxes that need something: they fill the window once they are tested.
    session.keys(&"\u{1b}[B".repeat(3));
    session.wait_for("so the plan was made again");
    assert!(opened(&world).contains(&"typed in the browser".to_owned()));
    assert_eq!(readable(&world), 9);
    session.signal(rustix::process::Signal::KILL);
    session.child.wait().unwrap();
    // What is lost now that was not is shown, and not done.
    let mut world = world;
    world.reset();
    let mut session = crate::wizard::start(&world, &[]);
    crate::wizard::to_apply(&mut session);
    let lost = sealed(&key(7), "under a key that nobody knows");
    let update = format!("UPDATE {mailboxes} SET in_password = '{lost}' WHERE id = 2");
    world.install.admin(&[&update]);
    let before = world.truth();
    crate::wizard::confirm(&mut session, &|screen| {
        screen.contains("the plan that is possible now")
    });
    let screen = session.screen();
    assert!(screen.contains("incoming password (mailbox 2)"), "{screen}");
    println!("{screen}");
    let now = world.truth();
    assert_eq!((now.rows, &now.files), (before.rows, &before.files));
    session.signal(rustix::process::Signal::KILL);
    session.child.wait().unwrap();
    world.require_settled("it was not begun");
}

/// The same without a screen: the plan that is possible now is shown.
#[test]
fn a_plan_that_would_give_up_more_is_shown() {
    let mut world = World::new(Driver::Sqlite, "");
    let mailboxes = table(&world, "mailboxes");
    let lost = sealed(&key(7), "under a key that nobody knows");
    let update = format!("UPDATE {mailboxes} SET in_password = '{lost}' WHERE id = 2");
    let held = Held::at(world.command("recover"), "JournalCommitted", journal::ROWS);
    world.install.admin(&[&update]);
    let refused = held.end();
    told(
        "a value under an unknown key was saved",
        Driver::Sqlite,
        &refused,
    );
    assert_eq!(refused.code, Some(1), "{}", refused.said);
    for says in [
        "differs from the one that was shown",
        "These would no longer be readable: incoming password (mailbox 2)",
        "Nothing was changed",
    ] {
        assert!(refused.said.contains(says), "{says:?}: {}", refused.said);
    }
    world.require_settled(&refused.said);
    // A password of the operator's was to go where somebody has saved one.
    world.reset();
    let passwords = world.state().join("passwords");
    let line = "{\"mailbox\": 3, \"incoming\": \"ours\"}\n";
    std::fs::write(&passwords, line).unwrap();
    let closed = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&passwords, closed).unwrap();
    let own = ["--passwords", passwords.to_str().unwrap()];
    let command = world.command_with("recover", &own);
    let held = Held::at(command, "JournalCommitted", journal::ROWS);
    let theirs = sealed(&key(2), "theirs");
    let update = format!("UPDATE {mailboxes} SET in_password = '{theirs}' WHERE id = 3");
    world.install.admin(&[&update]);
    let refused = held.end();
    assert_eq!(refused.code, Some(1), "{}", refused.said);
    let says = "where one of your passwords was to be stored: incoming password (mailbox 3)";
    assert!(refused.said.contains(says), "{}", refused.said);
    assert!(opened(&world).contains(&"theirs".to_owned()));
    world.require_settled(&refused.said);
}

/// A wizard holds the lock while it writes, and no longer: with its report on the screen it is in nobody's way.
#[test]
fn a_wizard_is_first() {
    let world = World::new(Driver::Sqlite, "");
    let mut first = crate::wizard::start(&world, &[]);
    crate::wizard::to_apply(&mut first);
    crate::wizard::apply(&mut first);
    let second = ended(&world.command("undo").output().unwrap());
    told("a wizard shows its report", Driver::Sqlite, &second);
    assert_eq!(second.code, Some(0), "{}", second.said);
    world.require_original(&second.said);
    first.signal(rustix::process::Signal::KILL);
    first.child.wait().unwrap();
    world.require_settled("both are gone");
}
