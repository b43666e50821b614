//! The demo's fence: with a folder in the place of the machine, nothing of the machine is looked at or told, not even what
//! belongs to the install.

use std::path::{Path, PathBuf};

use freescout_rescue::demo::{self, Demo};
use freescout_rescue::domain::key::source::SourceKind;
use freescout_rescue::domain::verdict::assessment::Assessment;
use freescout_rescue::engine::session::machine::MachineScope;
use freescout_rescue::engine::session::options::Options;
use freescout_rescue::engine::usecase::given::Given;
use freescout_rescue::engine::worker::setup::Setup;
use freescout_rescue::engine::worker::threads::WorkerHandle;
use freescout_rescue::engine::worker::{Job, JobId, Update};
use freescout_rescue::io::install::Environment;
use freescout_rescue::io::install::artisan::TIME_LIMIT;
use freescout_rescue::io::mail::Settings;
use freescout_rescue::io::mail::oauth::Endpoints;
use freescout_rescue::io::os::entropy;
use freescout_rescue::io::state::AbsolutePath;
use freescout_rescue::words::words;

use crate::processes;

/// What one job after the other had to tell.
fn told(install: &Path, state: &Path, machine: MachineScope, jobs: Vec<Job>) -> Vec<Vec<Update>> {
    let (engine, updates) = WorkerHandle::start(Setup {
        options: Options {
            backup_dir: AbsolutePath::new(state.join("backups")).unwrap(),
            state_dir: AbsolutePath::new(state).unwrap(),
            keys_dir: None,
            artisan: false,
            php_limit: TIME_LIMIT,
        },
        environment: Environment::default(),
        machine,
        given: Given::default(),
        mail: Settings::of_system(),
        endpoints: Endpoints::default(),
    });
    let survey = Job::Survey {
        install: Some(install.to_owned()),
        database: None,
    };
    let jobs: Vec<Job> = std::iter::once(survey).chain(jobs).collect();
    let mut told: Vec<Vec<Update>> = Vec::new();
    for job in jobs {
        let id = JobId(told.len() as u64 + 1);
        engine.submit(id, job);
        let mut heard = Vec::new();
        loop {
            match updates.recv().unwrap() {
                (_, Update::Failed(problem)) => panic!("{problem}"),
                (of, Update::Done) if of == id => break,
                (_, update) => heard.push(update),
            }
        }
        told.push(heard);
    }
    told
}

/// How things stood when the job had ended.
fn assessment(heard: &[Update]) -> &Assessment {
    let last = heard.iter().rev().find_map(|update| match update {
        Update::Assessed(assessment) => Some(&**assessment),
        _ => None,
    });
    last.expect("nothing was judged")
}

fn opening(heard: &[Update]) -> usize {
    let keys = assessment(heard).keys.iter();
    keys.filter(|key| key.opens > 0).count()
}

/// A demo in a folder of its own.
fn laid_out(folder: &Path) -> Demo {
    demo::lay_out(&folder.join("demo"), &mut entropy::fill)
        .ok()
        .unwrap()
}

#[test]
fn the_usual_places_are_the_old_servers_alone() {
    let folder = tempfile::tempdir().unwrap();
    let made = laid_out(folder.path());
    let machine = || MachineScope::Only(made.look_in.clone());
    let state = folder.path().join("state");
    let heard = told(&made.install, &state, machine(), vec![Job::LookUsual]);
    assert_eq!((opening(&heard[0]), opening(&heard[1])), (1, 2));
    let own = |path: &PathBuf| path.starts_with(&made.look_in) || path.starts_with(&made.install);
    let sources = assessment(&heard[1]).keys.iter().flat_map(|k| &k.sources);
    let mut paths = sources.filter_map(|source| source.path.clone());
    assert!(paths.all(|path| own(&path)));

    // Beside it, where it would be around the install and in a usual place of this machine, it is not found.
    let name = "root/backups/helpdesk-2025-09-30.tar.gz";
    let aside = folder.path().join("demo/backup.tar.gz");
    std::fs::rename(made.look_in.join(name), &aside).unwrap();
    let jobs = vec![Job::LookUsual, Job::LookIn(vec![aside])];
    let heard = told(&made.install, &state, machine(), jobs);
    assert_eq!((opening(&heard[1]), opening(&heard[2])), (1, 2));
}

#[test]
fn no_process_of_this_machine_is_searched_or_told() {
    let (folder, install, lost) = processes::install();
    let _worker = processes::worker(&install, &lost[0], &lost[0]);
    let state = folder.path().join("state");
    let look = || vec![Job::LookProcesses];
    let codes = |heard: &[Update]| -> Vec<&str> {
        let findings = assessment(heard).findings.iter();
        let codes = findings.map(|finding| finding.code());
        codes.filter(|code| code.contains("worker")).collect()
    };
    let nowhere = folder.path().join("nowhere");
    let fenced = told(&install, &state, MachineScope::Only(nowhere), look());
    assert_eq!((opening(&fenced[0]), opening(&fenced[1])), (1, 1));
    assert_eq!(codes(&fenced[1]), [""; 0]);
    let looked = fenced[1].iter().find_map(|update| match update {
        Update::Looked { files, skipped, .. } => Some((*files, skipped.clone())),
        _ => None,
    });
    let why = words().demo_runs_nothing.to_owned();
    assert_eq!(looked, Some((0, vec![why])));

    // Without the fence that very process is found and told.
    let open = told(&install, &state, MachineScope::Host, look());
    assert_eq!(opening(&open[1]), 2);
    assert_eq!(codes(&open[1]), ["worker_holds_other_key"]);
    let in_memory = |kind| kind == SourceKind::ProcessMemory;
    let sources = assessment(&open[1]).keys.iter().flat_map(|k| &k.sources);
    assert!(sources.into_iter().any(|source| in_memory(source.kind)));
}

#[test]
fn no_timer_is_looked_for_or_made() {
    let folder = tempfile::tempdir().unwrap();
    let made = laid_out(folder.path());
    let state = folder.path().join("state");
    let machine = MachineScope::Only(made.look_in.clone());
    let jobs = vec![Job::ForeseeTimer, Job::MakeTimer];
    let heard = told(&made.install, &state, machine, jobs);
    for heard in &heard[1..] {
        let [Update::Timer(timer) | Update::TimerMade(timer)] = &heard[..] else {
            panic!("{heard:?}");
        };
        assert!(timer.steps.is_empty() && timer.told.is_empty() && !timer.idle);
    }
}

#[test]
fn what_the_note_says_is_not_in_its_debug_form() {
    let folder = tempfile::tempdir().unwrap();
    let made = laid_out(folder.path());
    let note = demo::note(&made);
    let text = std::fs::read_to_string(&note.file).unwrap();
    assert_eq!(note.passwords.len(), 4);
    for noted in &note.passwords {
        let password = std::str::from_utf8(noted.password.expose()).unwrap();
        assert!(text.contains(password) && text.contains(&noted.login));
        assert!(!format!("{note:?}").contains(password));
    }
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(&note.file).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
}
