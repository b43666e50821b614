//! Arguments in, wizard or subcommand, exit code out.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use freescout_rescue::cli::arguments::{Arguments, Common, FaceOptions, Task, choose_language};
use freescout_rescue::cli::manual;
use freescout_rescue::cli::output::Out;
use freescout_rescue::cli::{self, CommandResult, container, not_started, unchanged};
use freescout_rescue::demo::Demo;
use freescout_rescue::demo::home::DemoHome;
use freescout_rescue::domain::error::ErrorKind;
use freescout_rescue::domain::inventory::secret::wipe_stack;
use freescout_rescue::engine::exit::Exit;
use freescout_rescue::engine::session::machine::MachineScope;
use freescout_rescue::engine::worker::setup::Setup;
use freescout_rescue::io::container::{Container, enter};
use freescout_rescue::io::db;
use freescout_rescue::io::install::Environment;
use freescout_rescue::io::mail::Settings;
use freescout_rescue::io::mail::oauth::Endpoints;
use freescout_rescue::io::os::crash_points::{self, Point};
use freescout_rescue::io::os::tls::{Trust, variables};
use freescout_rescue::io::os::{accounts, around, entropy, harden, inside, processes, spawn};
use freescout_rescue::io::state::AbsolutePath;
use freescout_rescue::tui::inbox::{Hints, Outcome, WizardStart};
use freescout_rescue::words::untrusted::shown;
use freescout_rescue::words::words;
use freescout_rescue::{demo, sentences, text, tui};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

/// What is freed is wiped, whichever library held it.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    harden::close();
    let arguments: Vec<_> = std::env::args_os().collect();
    variables::hide(&arguments);
    choose_language(&arguments);
    if let Some(exit) = spawn::called_for_another(&arguments, accounts::groups_of) {
        return ExitCode::from(exit);
    }
    if let Some(exit) = inside::called(&arguments) {
        return ExitCode::from(exit);
    }
    if let Some(word) = arguments.first() {
        around::started_as(word);
    }
    spawn::adopt();
    harden::lock_memory();
    db::hush();
    // Even a hash table ends the program without them.
    if !entropy::is_there() {
        let json = arguments.iter().any(|argument| argument == "--json");
        let w = words();
        let problem = ErrorKind::Refused.problem(w.no_entropy, "", w.no_entropy_next);
        return ExitCode::from(cli::exit(json, || Err(not_started(problem))));
    }
    let call = enter::called(&arguments);
    let entered = call.is_some();
    let read = match call {
        Some(call) => match within(call) {
            Ok(read) => Ok(read),
            Err(exit) => return ExitCode::from(exit),
        },
        None => Arguments::read(),
    };
    match read {
        Ok(read) => {
            let json = read.json();
            let chosen = container::chosen(&read).filter(|_| !entered);
            if let Some(name) = chosen {
                return ExitCode::from(container::carry_out(name, &read, &arguments[1..]));
            }
            if !entered && let Some(only) = container::only_install(&read) {
                return ExitCode::from(container::carry_out_on(&only, &read, &arguments[1..]));
            }
            let exit = cli::exit(json, || run(read));
            wipe_stack();
            crash_points::pass(Point::End);
            ExitCode::from(exit)
        }
        Err(said) => ExitCode::from(cli::usage(&said, &arguments)),
    }
}

/// Goes into the container that another process of ours has chosen; the command line of that, or the exit code of a failure.
fn within(call: enter::Errand) -> Result<Arguments, u8> {
    let failed = |container: &Container, json, error: &std::io::Error| {
        cli::exit(json, || {
            Err(not_started(container::not_entered(container, error)))
        })
    };
    let container = call.target.container.clone();
    let mut arguments =
        Arguments::read_from(&call.arguments).map_err(|said| cli::usage(&said, &call.arguments))?;
    let json = arguments.json();
    let entered = arguments
        .settle_on_host()
        .and_then(|()| call.enter(&arguments.host_folders(), groups_of));
    match entered {
        Ok(()) => Ok(arguments),
        Err(e) => Err(failed(&container, json, &e)),
    }
}

/// The groups of an account, by numbers.
fn groups_of(uid: u32, gid: u32) -> Vec<u32> {
    let groups = accounts::groups_of(spawn::Account { uid, gid });
    groups.into_iter().map(|group| group.as_raw()).collect()
}

/// The wizard, the demo, or a command.
fn run(arguments: Arguments) -> CommandResult {
    arguments.require_one_reader().map_err(not_started)?;
    let common = arguments.common;
    if matches!(arguments.task, None | Some(Task::Command(_))) && !processes::can_be_seen() {
        Out::stderr().line(words().no_proc);
    }
    match arguments.task {
        None => {
            let (mail, endpoints) = (Settings::of_system(), Endpoints::default());
            wizard(&common, arguments.face, mail, endpoints, None)
        }
        Some(Task::Command(command)) => cli::run(*command),
        Some(Task::Demo {
            make: Some(folder),
            mailboxes,
            json,
            ..
        }) => make_demo(&folder, mailboxes, json),
        Some(Task::Demo {
            make: None, face, ..
        }) => run_demo(face),
        Some(Task::Completions { shell }) => manual::completions(shell),
        Some(Task::Man { folder }) => manual::pages(folder.as_deref()),
    }
}

fn wizard(
    common: &Common,
    face: FaceOptions,
    mail: Settings,
    endpoints: Endpoints,
    demo: Option<&Demo>,
) -> CommandResult {
    loop {
        let given = common.given().map_err(not_started)?;
        common.require_for_screen().map_err(not_started)?;
        let setup = Setup {
            options: common.options(),
            // What is set for us is no part of a demo.
            environment: match demo {
                None => Environment::of_this_process(),
                Some(_) => Environment::default(),
            },
            machine: demo.map_or(MachineScope::Host, |demo| {
                MachineScope::Only(demo.look_in.clone())
            }),
            given,
            mail: mail.clone(),
            endpoints: endpoints.clone(),
        };
        let start = WizardStart {
            setup,
            install: common.install.clone(),
            look_in: common.look_in.clone(),
            artisan: !common.no_artisan,
            hints: demo.map(|made| Hints {
                hidden_key: made.look_in.clone(),
                note: demo::note(made),
            }),
        };
        let outcome = tui::app::wizard(start, face);
        match outcome.map_err(not_started)? {
            Outcome::Ended(exit) => return Ok(exit),
            Outcome::EnterAnew => return Ok(Exit::EnterAnew),
            Outcome::ChooseAgain => return Ok(Exit::ChooseAgain),
            Outcome::Enter(found) => {
                let arguments: Vec<_> = std::env::args_os().collect();
                let read = Arguments {
                    task: None,
                    lang: None,
                    face,
                    common: common.clone(),
                };
                let code = container::carry_out_on_chosen(&found, &read, &arguments[1..]);
                if code != Exit::ChooseAgain as u8 {
                    return Ok(Exit::of_code(code));
                }
            }
        }
    }
}

fn make_demo(folder: &Path, mailboxes: Option<u32>, json: bool) -> CommandResult {
    let made = match mailboxes {
        Some(count) => demo::lay_out_large(folder, count, &mut entropy::fill),
        None => demo::lay_out(folder, &mut entropy::fill),
    }
    .map_err(unchanged)?;
    if json {
        Out::stdout().json(&serde_json::json!({
            "schema": 1, "install": made.install.to_string_lossy(), "look_in": made.look_in.to_string_lossy(),
        }));
        return Ok(Exit::Fine);
    }
    Out::stdout().line(&text!(
        demo_made,
        program = around::program(),
        install = shown(&made.install),
        look_in = shown(&made.look_in),
        install_word = sentences::shell(&made.install),
        look_in_word = sentences::shell(&made.look_in)
    ));
    Ok(Exit::Fine)
}

fn run_demo(face: FaceOptions) -> CommandResult {
    let w = words();
    let failed = |e: std::io::Error| {
        not_started(ErrorKind::NotWritable.problem(
            w.demo_no_room,
            e.to_string(),
            w.demo_no_room_next,
        ))
    };
    // Until the wizard hears of signals itself, none may end us and leave the demo behind.
    let called_off = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGHUP, SIGINT, SIGQUIT] {
        signal_hook::flag::register(signal, Arc::clone(&called_off)).map_err(failed)?;
    }
    // Removed at the end, and whatever ends this function before.
    let home = DemoHome::make().map_err(failed)?;
    let folder = home.path().join("demo");
    let made = demo::lay_out(&folder, &mut entropy::fill).map_err(not_started)?;
    let common = Common {
        install: Some(made.install.clone()),
        state_dir: Some(AbsolutePath::new(home.path().join("state")).map_err(failed)?),
        no_artisan: true,
        ..Common::default()
    };
    let servers = demo::mail::MailServers::start().map_err(failed)?;
    let mail = Settings {
        trust: Arc::new(Trust::of_system_and(vec![servers.authority()])),
        routes: servers.routes(),
        ..Settings::of_system()
    };
    // The demo speaks to nobody outside: nothing listens where Google would.
    let endpoints = Endpoints {
        microsoft: servers.token_endpoint(),
        google: "http://127.0.0.1:1/".to_owned(),
        ..Endpoints::default()
    };
    let outcome = match called_off.load(Ordering::Relaxed) {
        true => Ok(Exit::Attention),
        false => wizard(&common, face, mail, endpoints, Some(&made)),
    };
    let path = home.path().to_owned();
    let gone = home.close();
    match (&gone, &outcome) {
        (Err(why), _) => {
            let folder = shown(&path);
            Out::stderr().line(&text!(demo_not_gone, folder, why));
        }
        (Ok(()), Ok(_)) => Out::stderr().line(w.demo_gone),
        (Ok(()), Err(_)) => {}
    }
    outcome
}
