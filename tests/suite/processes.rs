//! Keys in running PHP: real processes that hold a key in memory or in their environment and nowhere else.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use freescout_rescue::demo;
use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::domain::key::derived_hashes;
use freescout_rescue::domain::key::source::SourceKind;
use freescout_rescue::engine::hunt::{Looking, processes};
use freescout_rescue::engine::session::machine::MachineScope;
use freescout_rescue::engine::session::options::Options;
use freescout_rescue::engine::session::{Session, reading, survey};
use freescout_rescue::engine::usecase::given::Given;
use freescout_rescue::engine::worker::setup::Setup;
use freescout_rescue::engine::worker::threads::WorkerHandle;
use freescout_rescue::engine::worker::{Job, JobId, Update};
use freescout_rescue::io::install::Environment;
use freescout_rescue::io::mail::Settings;
use freescout_rescue::io::mail::oauth::Endpoints;
use freescout_rescue::io::os::memory::{self, ProcessMemory};
use freescout_rescue::io::os::processes as running;
use freescout_rescue::io::state::AbsolutePath;

/// Takes a line, keeps it, says that it has it, and waits to be let go.
const KEEPS: &str = r#"
$key = fgets(STDIN);
$decoys = [];
for ($n = 0; $n < 5000; $n++) { $decoys[] = 'base64:' . base64_encode(random_bytes(32)); }
$key = trim($key);
echo "ready\n";
fgets(STDIN);
"#;

/// A PHP process, ended with its test.
pub struct Php {
    child: Child,
}

impl Php {
    pub fn start(
        script: &str,
        arguments: &[&str],
        environment: &[(&str, &str)],
        told: &str,
    ) -> Self {
        let mut command = Command::new("php");
        if script.ends_with("/artisan") {
            // As a server has it: compiled files are kept, also those that are new.
            command.args(["-d", "opcache.enable_cli=1"]);
            command.args(["-d", "opcache.file_update_protection=0"]);
            command.current_dir(Path::new(script).parent().unwrap());
            command.arg(script);
        } else {
            command.args(["-r", script]).current_dir("/");
        }
        let mut child = command
            .args(arguments)
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("php is missing: tests/check.sh installs what the tests need");
        let stdin = child.stdin.as_mut().unwrap();
        stdin.write_all(format!("{told}\n").as_bytes()).unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut said)
            .unwrap();
        assert_eq!(said, "ready\n");
        Self { child }
    }

    /// Holds a key in what opcache made of a cached configuration, which is no longer there: not in memory of its own.
    pub fn compiled(key: &str, folder: &Path) -> Self {
        let cache = folder.join("config.php");
        let text = format!("<?php return ['app' => ['url' => 'x', 'key' => '{key}']];");
        std::fs::write(&cache, text).unwrap();
        let script = folder.join("artisan");
        let serves = r#"<?php
            include 'config.php';
            if (!opcache_is_script_cached(__DIR__ . '/config.php')) { echo "not compiled\n"; }
            unlink('config.php');
            // What was freed while compiling is written over.
            $over = [];
            for ($size = 8; $size < 40000; $size += $size < 4000 ? 8 : 4096) {
                for ($n = 0; $n < 200; $n++) { $over[] = str_repeat('x', $size); }
            }
            echo "ready\n";
            fgets(STDIN);
            fgets(STDIN);"#;
        std::fs::write(&script, serves).unwrap();
        Self::start(script.to_str().unwrap(), &[], &[], "x")
    }

    /// Holds a key in memory alone: not in its arguments, its environment, or a file.
    pub fn holding(key: &str) -> Self {
        Self::start(KEEPS, &[], &[], key)
    }

    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).unwrap()
    }

    fn end(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Php {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An install of eight mailboxes under four keys, one of which is configured; its path, and the texts of the others.
pub fn install() -> (tempfile::TempDir, PathBuf, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    let demo = demo::lay_out_large(&demo, 8, &mut freescout_rescue::io::os::entropy::fill).unwrap();
    let lost = (1..4)
        .map(|number| {
            let text = std::fs::read_to_string(demo.look_in.join(format!("env.{number}"))).unwrap();
            let line = text.lines().find_map(|l| l.strip_prefix("APP_KEY="));
            line.unwrap().trim_matches('"').to_owned()
        })
        .collect();
    std::fs::remove_dir_all(&demo.look_in).unwrap();
    (folder, demo.install, lost)
}

/// The install, read, with the keys it is configured with.
pub fn open(install: &Path) -> Session {
    let opened = survey::open(Some(install), Environment::default(), None).unwrap();
    let mut session = opened.ok().unwrap();
    reading::read_inventory(&mut session).unwrap();
    session
}

/// Where a key was found by the session.
pub fn sources(session: &Session, key: &str) -> Vec<(SourceKind, PathBuf)> {
    let fingerprint = AppKey::parse(key.as_bytes()).unwrap().fingerprint();
    session
        .ring
        .iter()
        .filter(|known| known.fingerprint() == fingerprint)
        .flat_map(|known| &known.sources)
        .filter_map(|source| Some((source.kind, source.path.clone()?)))
        .collect()
}

/// A queue worker that says it was started with one key, and holds what it is told.
pub fn worker(folder: &Path, says: &str, told: &str) -> Php {
    let artisan = folder.join("artisan");
    std::fs::write(&artisan, format!("<?php {KEEPS}")).unwrap();
    let key = AppKey::parse(says.as_bytes()).unwrap();
    let queue = format!(
        "--queue=emails,default,{}",
        derived_hashes::worker_identifier(&key)
    );
    let arguments = ["queue:work", &queue, "--tries=1"];
    Php::start(artisan.to_str().unwrap(), &arguments, &[], told)
}

#[test]
fn keys_in_memory_and_environment_of_php_are_found_and_decoys_open_nothing() {
    let (folder, install, lost) = install();
    let mut session = open(&install);
    let in_memory = Php::holding(&lost[0]);
    let in_environment = Php::start(KEEPS, &[], &[("APP_KEY", &lost[1])], "nothing");
    let worker = worker(folder.path(), &lost[2], &lost[2]);
    let effective = session.ring.effective().unwrap().text().to_vec();
    let settled = self::worker(folder.path(), std::str::from_utf8(&effective).unwrap(), "x");

    let mut told = Vec::new();
    let mut at = Vec::new();
    let looked = processes::look_in(&mut session, &|| false, &mut |_, looking| match looking {
        Looking::OtherKey(process) => {
            assert!(at.is_empty(), "it is said beforehand");
            told.push((process.pid, process.what.clone()));
        }
        Looking::At { current, .. } => at.push(current.to_owned()),
        Looking::Found => {}
    });

    assert!(
        told.contains(&(worker.pid(), "php artisan queue:work".to_owned())),
        "{told:?}"
    );
    assert!(told.iter().all(|(pid, _)| *pid != settled.pid()));
    let place = |php: &Php, name: &str| PathBuf::from(format!("/proc/{}/{name}", php.pid()));
    let order = |php: &Php| at.iter().position(|path| *path == place(php, "mem"));
    assert!(order(&worker) < order(&in_memory) && order(&worker).is_some());
    assert_eq!(
        sources(&session, &lost[0]),
        [(SourceKind::ProcessMemory, place(&in_memory, "mem"))]
    );
    assert!(sources(&session, &lost[1]).contains(&(
        SourceKind::ProcessEnvironment,
        place(&in_environment, "environ")
    )));
    assert_eq!(
        sources(&session, &lost[2]),
        [(SourceKind::ProcessMemory, place(&worker, "mem"))]
    );
    let assessment = session.assess();
    let opening = assessment.keys.iter().filter(|k| k.opens > 0).count();
    assert_eq!(
        opening, 4,
        "the key in force and three found: no decoy opens anything"
    );
    assert!(looked.files >= 4 && looked.bytes > 4 << 20);
    let own = format!("/proc/{}/", in_memory.pid());
    assert!(looked.skipped.iter().all(|s| !s.path.starts_with(&own)));
}

#[test]
fn the_job_says_beforehand_who_holds_another_key_and_brings_it() {
    let (folder, install, lost) = install();
    let worker = worker(folder.path(), &lost[0], &lost[0]);
    let (engine, updates) = WorkerHandle::start(Setup {
        options: Options {
            backup_dir: AbsolutePath::new(folder.path().join("backups")).unwrap(),
            state_dir: AbsolutePath::new(folder.path().join("state")).unwrap(),
            keys_dir: None,
            artisan: false,
            php_limit: freescout_rescue::io::install::artisan::TIME_LIMIT,
        },
        machine: MachineScope::Host,
        environment: Environment::default(),
        given: Given::default(),
        mail: Settings::of_system(),
        endpoints: Endpoints::default(),
    });
    let survey = Job::Survey {
        install: Some(install),
        database: None,
    };
    engine.submit(JobId(1), survey);
    engine.submit(JobId(2), Job::LookProcesses);
    let (mut said, mut opening, mut looked) = (Vec::new(), 0, 0);
    for (id, update) in updates {
        match update {
            Update::Progress { what, .. } => said.push(what),
            Update::Assessed(a) => opening = a.keys.iter().filter(|k| k.opens > 0).count(),
            Update::Looked { files, .. } => looked = files,
            Update::Failed(problem) => panic!("{problem}"),
            Update::Done if id == JobId(2) => break,
            _ => {}
        }
    }
    let beforehand = format!("Process {} (php artisan queue:work", worker.pid());
    assert!(
        said.iter().any(|text| text.starts_with(&beforehand)),
        "{said:?}"
    );
    assert_eq!(opening, 2, "the key in force and the worker's");
    assert!(looked > 0);
}

#[test]
fn a_process_that_ends_while_it_is_read_is_no_disaster() {
    let mut php = Php::holding("nothing");
    let mut memory = ProcessMemory::open(php.pid(), 4 << 30).unwrap();
    let mut first = vec![0; 4096];
    assert!(memory.read(&mut first).unwrap() > 0);
    php.end();
    let read = memory.read_to_end(&mut Vec::new());
    assert!(read.is_err(), "what is left was not read, and that is said");
    assert!(ProcessMemory::open(php.pid(), 4 << 30).is_err());
    assert!(running::environment(php.pid()).is_err());
}

#[test]
fn no_more_than_the_limit_is_read_and_the_rest_is_counted() {
    let php = Php::holding("nothing");
    let limit = 1 << 20;
    let mut memory = ProcessMemory::open(php.pid(), limit).unwrap();
    let mut bytes = Vec::new();
    memory.read_to_end(&mut bytes).unwrap();
    let separators = 1 << 12;
    assert!(bytes.len() as u64 >= limit && bytes.len() as u64 <= limit + separators);
    assert!(memory.unread() > 0);
    let (mut blocks, mut whole) = (0, ProcessMemory::open(php.pid(), 4 << 30).unwrap());
    memory::scan(&mut whole, &mut |_| {}, &mut |_| {
        blocks += 1;
        false
    })
    .unwrap();
    assert_eq!(blocks, 1, "a search that is stopped stops");
}
