//! Keys as people and programs really configure them, `.env` files that do not load, and key files that hold none.

use std::path::{Path, PathBuf};

use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::engine::session::reading;
use serde_json::Value as Json;

use crate::cli::{Bench, Outcome};

/// An install without a cached config, whose key is good.
struct Site {
    bench: Bench,
    /// The key's text.
    key: String,
}

impl Site {
    fn new() -> Self {
        let bench = Bench::new();
        std::fs::remove_file(bench.install().join("bootstrap/cache/config.php")).unwrap();
        let env = std::fs::read_to_string(bench.install().join(".env")).unwrap();
        let key = env.lines().find_map(|l| l.strip_prefix("APP_KEY="));
        let key = key.unwrap().to_owned();
        Self { bench, key }
    }

    fn env(&self) -> PathBuf {
        self.bench.install().join(".env")
    }

    fn fingerprint(&self) -> String {
        let key = AppKey::parse(self.key.as_bytes()).unwrap();
        key.fingerprint().to_string()
    }

    /// Puts these lines in place of the key's.
    fn write(&self, lines: &str) {
        let text = std::fs::read_to_string(self.env()).unwrap();
        let line = format!("APP_KEY={}", self.key);
        assert!(text.contains(&line));
        std::fs::write(self.env(), text.replace(&line, lines)).unwrap();
    }

    /// How many secrets the key opens, by `check`, and all that it said.
    fn check(&self) -> (u64, Json) {
        let json = self.bench.check_json();
        (self.opens(&json), json)
    }

    fn opens(&self, json: &Json) -> u64 {
        let keys = json["keys"].as_array().unwrap();
        let key = keys.iter().find(|k| k["fingerprint"] == self.fingerprint());
        key.map_or(0, |k| k["opens"].as_u64().unwrap())
    }

    fn recover(&self, more: &[&str]) -> Outcome {
        self.bench
            .act(&["recover", "--yes", "--no-test", "--json"], more)
    }

    /// Runs with `APP_KEY` in the environment.
    fn run_in(&self, app_key: &str, arguments: &[&str]) -> Outcome {
        let install = self.bench.install();
        let out = assert_cmd::Command::cargo_bin("freescout-rescue")
            .unwrap()
            .env_clear()
            .env("HOME", self.bench.path("home"))
            .env("APP_KEY", app_key)
            .arg(arguments[0])
            .arg(install)
            .arg("--state-dir")
            .arg(self.bench.path("state"))
            .args(&arguments[1..])
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Outcome {
            code: out.status.code().unwrap_or(-1),
            out: text(&out.stdout),
            err: text(&out.stderr),
        }
    }
}

fn codes(json: &Json) -> Vec<&str> {
    let findings = json["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|f| f["code"].as_str().unwrap())
        .collect()
}

/// The words for what is wrong, in all the places of a key.
fn spellings(json: &Json) -> Vec<&str> {
    let keys = json["keys"].as_array().unwrap();
    let sources = keys.iter().flat_map(|k| k["sources"].as_array().unwrap());
    sources.filter_map(|s| s["spelling"].as_str()).collect()
}

#[test]
fn a_misspelled_key_is_recognised_and_written_right() {
    type Misspelled<'a> = (&'a str, &'a dyn Fn(&str) -> String, &'a str);
    let forms: [Misspelled<'_>; 9] = [
        ("no_prefix", &|k| format!("APP_KEY={}", &k[7..]), ""),
        ("prefix", &|k| format!("APP_KEY=Base64:{}", &k[7..]), ""),
        (
            "wrapped",
            &|k| format!("APP_KEY={}\n{}", &k[..30], &k[30..]),
            "",
        ),
        ("wrapped", &|k| format!("APP_KEY=\n{k}"), ""),
        ("quotes", &|k| format!("APP_KEY=\"'{k}'\""), ""),
        ("assignment", &|k| format!("APP_KEY=APP_KEY={k}"), ""),
        ("byte_order_mark", &|k| format!("APP_KEY=\u{feff}{k}"), ""),
        ("foreign", &|k| format!("APP_KEY=\u{200b}{k}"), ""),
        ("comment", &|k| format!("APP_KEY='{k} # keep'"), ""),
    ];
    for (spelling, form, _) in forms {
        let site = Site::new();
        let (opened, _) = site.check();
        assert!(opened > 0);
        let before = std::fs::read_to_string(site.env()).unwrap();
        site.write(&form(&site.key));
        let (opens, json) = site.check();
        assert_eq!(opens, opened, "{spelling}");
        assert_eq!(json["effective_key"], Json::Null, "{spelling}");
        assert!(codes(&json).contains(&"misspelled_key"), "{spelling}");
        assert!(!codes(&json).contains(&"unusable_key"), "{spelling}");
        assert!(spellings(&json).contains(&spelling), "{spelling}: {json}");
        let recommended = &json["recommendation"];
        assert_eq!(recommended["strategy"], "restore", "{spelling}");
        assert_eq!(recommended["key"], *site.fingerprint(), "{spelling}");
        let outcome = site.recover(&[]);
        assert_eq!(outcome.code, 2, "others stay lost: {}", outcome.err);
        let after = std::fs::read_to_string(site.env()).unwrap();
        let unquoted = |text: &str| text.replace(['"', '\''], "");
        assert_eq!(unquoted(&after), unquoted(&before), "{spelling}");
        let (opens, json) = site.check();
        // What was stored without serialisation was repaired as well.
        assert!(opens >= opened, "{spelling}");
        assert_eq!(json["effective_key"], *site.fingerprint(), "{spelling}");
        assert!(!codes(&json).contains(&"misspelled_key"), "{spelling}");
        assert_eq!(site.bench.act(&["undo", "--yes"], &[]).code, 0);
        let undone = std::fs::read_to_string(site.env()).unwrap();
        assert_eq!(
            undone,
            before.replace(&format!("APP_KEY={}", site.key), &form(&site.key))
        );
    }
}

#[test]
fn a_key_file_of_any_make_is_read_and_written_right() {
    let utf16 = |text: &str| -> Vec<u8> {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        [0xff, 0xfe].into_iter().chain(units).collect()
    };
    for (spelling, content) in [
        (
            "assignment",
            &(|k: &str| format!("APP_KEY={k}\n").into_bytes()) as &dyn Fn(&str) -> Vec<u8>,
        ),
        ("byte_order_mark", &|k| {
            format!("\u{feff}{k}\r\n").into_bytes()
        }),
        ("quotes", &|k| format!("\"{k}\"\n").into_bytes()),
        ("utf16", &|k| utf16(&format!("{k}\r\n"))),
        ("no_prefix", &|k| format!("{}\n", &k[7..]).into_bytes()),
    ] {
        let site = Site::new();
        let (opened, _) = site.check();
        // From the folder that pages are served from.
        site.write("APP_KEY_FILE=../secret.txt");
        let file = site.bench.install().join("secret.txt");
        std::fs::write(&file, content(&site.key)).unwrap();
        let (opens, json) = site.check();
        assert_eq!(opens, opened, "{spelling}");
        assert!(spellings(&json).contains(&spelling), "{spelling}: {json}");
        let outcome = site.recover(&[]);
        assert_eq!(outcome.code, 2, "{spelling}: {}", outcome.err);
        let written = std::fs::read_to_string(&file).unwrap();
        assert_eq!(written.trim_end(), site.key, "{spelling}");
        assert_eq!(site.check().1["effective_key"], *site.fingerprint());
    }
    // What holds more than a key is somebody's file.
    let site = Site::new();
    site.write("APP_KEY_FILE=../notes.txt");
    let file = site.bench.install().join("notes.txt");
    let notes = format!(
        "{}\nAPP_KEY={}\n{}",
        "a\n".repeat(200),
        site.key,
        "b\n".repeat(200)
    );
    std::fs::write(&file, &notes).unwrap();
    let outcome = site.recover(&[]);
    assert_eq!(outcome.code, 1, "{}", outcome.err);
    assert!(outcome.err.contains("contains more"), "{}", outcome.err);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), notes);
}

#[test]
fn of_two_texts_of_the_same_bytes_the_one_that_mails_confirm_is_written() {
    use freescout_rescue::domain::key::derived_hashes;
    for confirmed in [true, false] {
        let site = Site::new();
        let unpadded = site.key.trim_end_matches('=').to_owned();
        let (_, json) = site.check();
        assert_eq!(json["effective_key"], *site.fingerprint());
        let database = site.bench.database();
        database.execute_batch("DELETE FROM send_logs").unwrap();
        let used = match confirmed {
            true => AppKey::parse(unpadded.as_bytes()).unwrap(),
            false => AppKey::parse(AppKeyText::other().as_bytes()).unwrap(),
        };
        for thread in 1..=3 {
            let hash = derived_hashes::message_id_hash(&used, thread);
            let id = format!("FS_reply-{thread}-{hash}@helpdesk.example");
            let insert = "INSERT INTO send_logs (thread_id, message_id, created_at) VALUES (?1, ?2, '2025-10-20 09:00:00')";
            database.execute(insert, (thread as i64, id)).unwrap();
        }
        drop(database);
        site.write(&format!("APP_KEY={}", &unpadded[7..]));
        assert_eq!(site.recover(&[]).code, 2);
        let env = std::fs::read_to_string(site.env()).unwrap();
        let written = env.lines().find_map(|l| l.strip_prefix("APP_KEY="));
        let right = if confirmed { &unpadded } else { &site.key };
        assert!(written == Some(right.as_str()), "confirmed: {confirmed}");
    }
}

#[test]
fn the_path_of_a_secret_is_followed_even_where_it_is_as_long_as_a_key() {
    for name in ["app_key", "padded"] {
        let site = Site::new();
        let (opened, _) = site.check();
        let secrets = site.bench.path("run");
        std::fs::create_dir_all(&secrets).unwrap();
        let mut path = secrets.join(name);
        if name == "padded" {
            let folder = tempfile::Builder::new()
                .prefix("k")
                .rand_bytes(6)
                .tempdir_in("/tmp")
                .unwrap();
            let left = 32 - folder.path().as_os_str().len() - 1;
            path = folder.keep().join("n".repeat(left));
            assert_eq!(path.as_os_str().len(), 32);
        }
        std::fs::write(&path, format!("{}\n", site.key)).unwrap();
        site.write(&format!("APP_KEY={}", path.display()));
        let (opens, json) = site.check();
        assert_eq!(opens, opened, "{json}");
        assert!(codes(&json).contains(&"misspelled_key"), "{json}");
        let outcome = site.recover(&[]);
        assert_eq!(outcome.code, 2, "{}", outcome.err);
        let (opens, json) = site.check();
        assert!(opens >= opened, "{json}");
        assert_eq!(json["effective_key"], *site.fingerprint());
        let env = std::fs::read_to_string(site.env()).unwrap();
        assert!(
            env.contains(&format!("APP_KEY={}\n", site.key)),
            "the key itself"
        );
        if name == "padded" {
            std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
        }
    }
}

#[test]
fn the_line_end_of_a_key_file_makes_no_second_key() {
    let site = Site::new();
    site.write("APP_KEY_FILE=../secret.txt");
    let file = site.bench.install().join("secret.txt");
    std::fs::write(&file, format!("{}\n", site.key)).unwrap();
    let json = site.check().1;
    assert_eq!(json["effective_key"], *site.fingerprint());
    assert_eq!(json["keys"].as_array().unwrap().len(), 1, "{json}");
}

#[test]
fn a_name_in_quotes_still_leads_to_the_key_file_and_a_fifo_to_nothing() {
    let site = Site::new();
    let (opened, _) = site.check();
    let file = site.bench.path("secret");
    std::fs::write(&file, &site.key).unwrap();
    site.write(&format!("APP_KEY_FILE=\"'{}'\"", file.display()));
    let (opens, json) = site.check();
    assert_eq!(opens, opened);
    assert!(codes(&json).contains(&"key_file_unreadable"), "{json}");
    assert_eq!(json["recommendation"]["strategy"], "restore");
    assert_eq!(site.recover(&[]).code, 2);
    assert_eq!(site.check().1["effective_key"], *site.fingerprint());
    let site = Site::new();
    let fifo = site.bench.path("fifo");
    let mode = rustix::fs::Mode::from(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    site.write(&format!("APP_KEY={}", fifo.display()));
    let (opens, json) = site.check();
    assert_eq!((opens, &json["effective_key"]), (0, &Json::Null));
}

#[test]
fn a_cached_key_in_quotes_is_recognised_and_leaves_with_the_cache() {
    let bench = Bench::new();
    let cache = bench.install().join("bootstrap/cache/config.php");
    let env = std::fs::read_to_string(bench.install().join(".env")).unwrap();
    let key = env.lines().find_map(|l| l.strip_prefix("APP_KEY="));
    let site = Site {
        key: key.unwrap().to_owned(),
        bench,
    };
    let (opened, _) = site.check();
    // As it was when the cache was built in a container.
    let text = std::fs::read_to_string(&cache).unwrap();
    let at = text.find("'key' => 'base64:").unwrap();
    let end = at + 10 + text[at + 10..].find("',").unwrap();
    let quoted = format!("{}\\'{}\\'{}", &text[..at + 10], site.key, &text[end..]);
    std::fs::write(&cache, quoted).unwrap();
    let (opens, json) = site.check();
    assert_eq!(opens, opened);
    assert!(spellings(&json).contains(&"quotes"), "{json}");
    assert_eq!(json["effective_key"], Json::Null);
    assert_eq!(site.recover(&[]).code, 2);
    assert!(!cache.exists());
    assert_eq!(site.check().1["effective_key"], *site.fingerprint());
}

/// The operator reaches the database with values of his own: `.env` still has to be put right first.
#[test]
fn a_key_is_not_written_into_what_is_left_of_an_env() {
    use freescout_rescue::domain::plan::{Choices, Strategy};
    use freescout_rescue::engine::recovery;
    use freescout_rescue::engine::session::survey;
    use freescout_rescue::engine::worker::{DatabaseValues, OtherDatabase};
    use freescout_rescue::io::install::Environment;
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (left, said) in [
        (
            &(|_: &str| Vec::new()) as &dyn Fn(&str) -> Vec<u8>,
            "is empty",
        ),
        (&wide, "UTF-16"),
        (
            &|text: &str| text.replace('\n', "\r").into_bytes(),
            "CR only",
        ),
        (
            &|text: &str| text.split("DB_").next().unwrap().into(),
            "part of the file may be missing",
        ),
    ] {
        let site = Site::new();
        let install = site.bench.install();
        let open = |other| {
            let opened = survey::open(Some(&install), Environment::default(), other).unwrap();
            opened.map_err(|refused| refused.problem)
        };
        let Ok(session) = open(None) else {
            panic!("the install opens")
        };
        let values = DatabaseValues::of(&session.settings);
        let text = std::fs::read_to_string(site.env()).unwrap();
        std::fs::write(site.env(), left(&text)).unwrap();
        let Err(refused) = open(None) else {
            panic!("{said}: there is no telling which database")
        };
        assert!(refused.why.raw().contains(said), "{refused}");
        let other = OtherDatabase {
            values,
            password: None,
        };
        let Ok(mut session) = open(Some(other)) else {
            panic!("{said}: the operator's values lead to the database")
        };
        reading::read_inventory(&mut session).unwrap();
        for strategy in [Strategy::Fresh, Strategy::RestoreKey] {
            match recovery::plan(&session, Some(strategy), &Choices::default()) {
                // In UTF-16 or behind a CR the key is seen; in what is cut off it is in force.
                Err(recovery::NoPlan::Impossible(..)) if strategy == Strategy::RestoreKey => {}
                Err(why) => {
                    let problem = why.problem();
                    assert!(problem.why.raw().contains(said), "{strategy:?}: {problem}");
                }
                Ok(_) => panic!("{said}: {strategy:?} would write into it"),
            }
        }
    }
}

#[test]
fn what_a_container_hands_over_is_recognised_and_told_where_it_is_set() {
    for (spelling, form) in [
        (
            "quotes",
            &(|k: &str| format!("'{k}'")) as &dyn Fn(&str) -> String,
        ),
        ("comment", &|k| format!("{k} # keep this")),
        ("no_prefix", &|k| k[7..].to_owned()),
        ("blanks", &|k| format!("\t{k}")),
    ] {
        let site = Site::new();
        let (opened, _) = site.check();
        let app_key = form(&site.key);
        site.write("APP_NAME=Desk");
        let before = site.bench.state();
        let checked = site.run_in(&app_key, &["check", "--json"]);
        assert_eq!(checked.code, 2, "{}", checked.err);
        let json: Json = serde_json::from_str(&checked.out).unwrap();
        assert_eq!(site.opens(&json), opened, "{spelling}");
        assert!(spellings(&json).contains(&spelling), "{spelling}: {json}");
        assert_eq!(json["recommendation"], Json::Null, "{spelling}");
        let text = site.run_in(&app_key, &["check"]);
        assert!(
            !text.out.contains("Nothing needs to be done"),
            "{}",
            text.out
        );
        assert!(text.out.contains("process environment"), "{}", text.out);
        let outcome = site.run_in(&app_key, &["recover", "--yes", "--no-artisan"]);
        assert_eq!(outcome.code, 1, "{}{}", outcome.out, outcome.err);
        assert!(
            outcome.err.contains("process environment"),
            "{}",
            outcome.err
        );
        assert_eq!(site.bench.state(), before, "{spelling}");
    }
}

#[test]
fn a_random_key_is_made_only_when_it_was_asked_for() {
    for value in [
        "",
        "SomeRandomString",
        "base64:dG9vIHNob3J0",
        "/no/such/secret",
    ] {
        let site = Site::new();
        let mut key = site.key.clone();
        // One digit was lost: near enough for a person, and no key.
        if value.is_empty() {
            key.remove(20);
        }
        site.write(&format!(
            "APP_KEY={}",
            if value.is_empty() { &key } else { value }
        ));
        let before = site.bench.state();
        for command in [&["recover", "--yes", "--no-test"][..], &["recover"]] {
            let outcome = site.bench.act(command, &[]);
            assert_eq!(outcome.code, 1, "{value}: {}{}", outcome.out, outcome.err);
            for word in ["--look-in", "--strategy fresh", "Nothing was changed"] {
                assert!(outcome.err.contains(word), "{value}: {}", outcome.err);
            }
        }
        assert_eq!(site.bench.state(), before, "{value}");
        let text = site.bench.check(&[]).out;
        assert!(!text.contains("Recommended: fresh"), "{text}");
        assert!(!text.contains("Nothing needs to be done"), "{text}");
        let asked = site.recover(&["--strategy", "fresh"]);
        assert_eq!(asked.code, 2, "{}", asked.err);
        assert_ne!(site.bench.state(), before, "{value}");
    }
}

/// What somebody did to `.env`, and what must be said of it.
type Broken<'a> = (&'a str, &'a dyn Fn(&Path, &str), &'a [&'a str]);

#[test]
fn a_broken_env_is_named_with_its_line_and_not_the_database() {
    let write = |path: &Path, bytes: &[u8]| std::fs::write(path, bytes).unwrap();
    let wide = |text: &str, big: bool| -> Vec<u8> {
        let units = text.encode_utf16();
        units
            .flat_map(|u| {
                if big {
                    u.to_be_bytes()
                } else {
                    u.to_le_bytes()
                }
            })
            .collect()
    };
    let broken: [Broken<'_>; 16] = [
        (
            "blank",
            &|p, t| write(p, format!("A=1\nAPP_NAME=My Desk\n{t}").as_bytes()),
            &["line 2", "APP_NAME", "double quotes"],
        ),
        (
            "comment",
            &|p, t| write(p, format!("X=v# a note\n{t}").as_bytes()),
            &["line 1, X", "# of its comment"],
        ),
        (
            "no name",
            &|p, t| write(p, format!("A=1\n\n=x\n{t}").as_bytes()),
            &["line 3", "no name"],
        ),
        (
            "tab",
            &|p, t| write(p, t.replace("DB_", "X=a\tb\nDB_").as_bytes()),
            &["line 3, X"],
        ),
        (
            "empty",
            &|p, _| write(p, b""),
            &["is empty", "Do not open /install.php"],
        ),
        ("blanks", &|p, _| write(p, b"\n\r\n \n"), &["is empty"]),
        (
            "zeros",
            &|p, _| write(p, &[0; 4096]),
            &["zero bytes", "power fails"],
        ),
        (
            "utf-16",
            &|p, t| write(p, &[b"\xff\xfe", &wide(t, false)[..]].concat()),
            &["UTF-16", "iconv"],
        ),
        (
            "utf-16, big",
            &|p, t| write(p, &[b"\xfe\xff", &wide(t, true)[..]].concat()),
            &["UTF-16"],
        ),
        (
            "utf-16, no mark",
            &|p, t| write(p, &wide(t, false)),
            &["UTF-16"],
        ),
        (
            "cr",
            &|p, t| write(p, t.replace('\n', "\r").as_bytes()),
            &["CR only"],
        ),
        (
            "cr, comment",
            &|p, t| write(p, format!("# {t}").replace('\n', "\r").as_bytes()),
            &["CR only"],
        ),
        (
            "cut",
            &|p, t| write(p, t.split("DB_").next().unwrap().as_bytes()),
            &["DB_CONNECTION", "part of the file may be missing"],
        ),
        (
            "nul",
            &|p, t| write(p, t.replace("DB_DATABASE=", "DB_DATABASE=x\0").as_bytes()),
            &["Line 4", "zero bytes"],
        ),
        (
            "folder",
            &|p, _| {
                std::fs::remove_file(p).unwrap();
                std::fs::create_dir(p).unwrap();
            },
            &["a folder"],
        ),
        (
            "fifo",
            &|p, _| {
                std::fs::remove_file(p).unwrap();
                let mode = rustix::fs::Mode::from(0o600);
                rustix::fs::mknodat(rustix::fs::CWD, p, rustix::fs::FileType::Fifo, mode, 0)
                    .unwrap();
            },
            &["a FIFO"],
        ),
    ];
    for (name, break_it, said) in broken {
        let site = Site::new();
        let text = std::fs::read_to_string(site.env()).unwrap();
        break_it(&site.env(), &text);
        let before = site.bench.state();
        for command in [
            &["check"][..],
            &["find-key"],
            &["recover", "--yes"],
            &["backup"],
        ] {
            let outcome = site.bench.act(command, &[]);
            assert_eq!(outcome.code, 3, "{name}: {}{}", outcome.out, outcome.err);
            assert!(outcome.err.contains(".env"), "{name}: {}", outcome.err);
            assert!(
                !outcome.err.contains("127.0.0.1"),
                "{name}: {}",
                outcome.err
            );
            for word in said {
                assert!(
                    outcome.err.contains(word),
                    "{name}, {word}: {}",
                    outcome.err
                );
            }
            assert!(!outcome.err.contains(&site.key[7..]), "{name}");
        }
        assert_eq!(site.bench.state(), before, "{name}");
    }
}

#[test]
fn a_line_that_stops_freescout_stops_a_recovery_that_would_write_below_it() {
    let site = Site::new();
    let text = std::fs::read_to_string(site.env()).unwrap();
    let rest = text.replace(&format!("APP_KEY={}\n", site.key), "");
    // The database is known above the line, the key stands below it.
    let broken = format!("{rest}APP_NAME=My Desk\nAPP_KEY={}\n", &site.key[7..]);
    std::fs::write(site.env(), broken).unwrap();
    let before = site.bench.state();
    let json = site.bench.check_json();
    assert!(codes(&json).contains(&"env_refused"), "{json}");
    let outcome = site.recover(&[]);
    assert_eq!(outcome.code, 1, "{}", outcome.err);
    assert!(outcome.err.contains("line 6"), "{}", outcome.err);
    assert_eq!(site.bench.state(), before);
    // The key's own line is put right, because what it means is known.
    let glued = format!("{rest}APP_KEY={}# do not change\n", site.key);
    std::fs::write(site.env(), glued).unwrap();
    let outcome = site.recover(&[]);
    assert_eq!(outcome.code, 2, "{}", outcome.err);
    let after = std::fs::read_to_string(site.env()).unwrap();
    assert_eq!(
        after,
        format!("{rest}APP_KEY={} # do not change\n", site.key)
    );
}

#[test]
fn a_wrong_key_file_is_refused_alike_by_the_wizard_and_every_command() {
    let site = Site::new();
    let write = |name: &str, bytes: &[u8]| {
        let path = site.bench.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let two = format!("{}\n{}\n", site.key, AppKeyText::other());
    let cases = [
        (site.bench.path("missing"), "no such file"),
        (site.bench.path("demo"), "a folder"),
        (write("empty", b"\n"), "is empty"),
        (write("notes", b"no key in here"), "instead of 32"),
        (write("large", &[b'a'; 70 << 10]), "larger than 65536 bytes"),
        (write("two", two.as_bytes()), "more than one key"),
    ];
    let before = site.bench.state();
    let install = site.bench.install();
    for (path, said) in &cases {
        let path = path.to_str().unwrap();
        // Even where there is no install: it comes before anything else.
        for install in [install.to_str().unwrap(), "/no/such/install"] {
            let option = ["--key-file", path];
            for command in [&[][..], &["check"], &["find-key"], &["recover", "--yes"]] {
                let outcome = site.bench.run(&[command, &[install], &option].concat());
                assert_eq!(outcome.code, 3, "{path}: {}", outcome.err);
                assert!(
                    outcome.err.contains(said),
                    "{command:?} {path}: {}",
                    outcome.err
                );
                assert!(
                    outcome.err.contains(path),
                    "{command:?} {path}: {}",
                    outcome.err
                );
            }
        }
    }
    let long = "x".repeat(70 << 10);
    let outcome = site.bench.run_with(
        &["check", install.to_str().unwrap(), "--key-file", "-"],
        &long,
    );
    assert_eq!(outcome.code, 3);
    assert!(
        outcome.err.contains("standard input: larger than 65536"),
        "{}",
        outcome.err
    );
    assert_eq!(site.bench.state(), before);
    // What is nearly a key is one.
    let near = write("near", format!("APP_KEY='{}'\r\n", site.key).as_bytes());
    let outcome = site
        .bench
        .check(&["--json", "--key-file", near.to_str().unwrap()]);
    let json: Json = serde_json::from_str(&outcome.out).unwrap();
    assert!(spellings(&json).contains(&"assignment"), "{json}");
}

/// The text of a key that is nobody's.
struct AppKeyText;

impl AppKeyText {
    fn other() -> String {
        let key = AppKey::generate(&std::array::from_fn(|n| (n * 5 + 3) as u8));
        String::from_utf8(key.text().to_vec()).unwrap()
    }
}

/// Somebody who gives a key expects that it is used: a recovery without it is not the one that was meant.
#[test]
fn a_given_key_that_decrypts_nothing_stops_a_recovery() {
    let site = Site::new();
    let (other, own) = (site.bench.path("other.key"), site.bench.path("own.key"));
    std::fs::write(&other, format!("base64:{}=", "A".repeat(43))).unwrap();
    // The one in force, in another text: the same key.
    std::fs::write(&own, site.key.trim_end_matches('=')).unwrap();
    let before = site.bench.state();
    let refused = site.recover(&["--key-file", other.to_str().unwrap()]);
    assert_eq!(refused.code, 1, "{}", refused.err);
    assert!(refused.err.contains("decrypts none"), "{}", refused.err);
    assert!(refused.err.contains("other.key"), "{}", refused.err);
    assert_eq!(site.bench.state(), before);
    let taken = site.recover(&["--key-file", own.to_str().unwrap()]);
    assert_eq!(taken.code, 2, "{}", taken.err);
}

/// What the confirmation would only lead up to is said with the plan.
#[test]
fn a_plan_says_that_freescout_could_not_run_without_its_cached_config() {
    let bench = Bench::new();
    let env = bench.install().join(".env");
    let text = std::fs::read_to_string(&env).unwrap();
    std::fs::write(&env, format!("{text}COMPANY=My Desk\n")).unwrap();
    let line = text.lines().count() + 1;
    let before = bench.state();
    let old = bench.path("demo/old-server");
    let plan = bench.act(&["recover"], &["--look-in", old.to_str().unwrap()]);
    assert_eq!(plan.code, 1, "{}", plan.err);
    let said = format!("line {line}, COMPANY");
    assert!(plan.err.contains(&said), "{said}: {}", plan.err);
    assert!(plan.out.is_empty(), "{}", plan.out);
    assert_eq!(bench.state(), before);
}

/// Another journal would know nothing of the run that holds this one, so none is asked for.
#[test]
fn a_journal_that_another_run_holds_is_waited_for() {
    let bench = Bench::new();
    let old = bench.path("demo/old-server");
    let more = ["--look-in", old.to_str().unwrap()];
    let done = bench.act(&["recover", "--yes", "--no-test"], &more);
    assert_eq!(done.code, 2, "{}", done.err);
    let before = bench.state();
    let journal = rusqlite::Connection::open(bench.path("state/journal.sqlite")).unwrap();
    journal.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let undo = bench.act(&["undo", "--yes"], &[]);
    assert_ne!(undo.code, 0);
    assert!(
        undo.err.contains("is writing to the journal right now"),
        "{}",
        undo.err
    );
    assert!(!undo.err.contains("Choose another folder"), "{}", undo.err);
    drop(journal);
    assert_eq!(bench.state(), before);
}
