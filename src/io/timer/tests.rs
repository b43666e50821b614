//! Timers made and removed below a folder that stands for the machine's root, with stand-ins for the system's programs.
#![allow(clippy::unwrap_used)]

use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use super::*;
use crate::domain::run::watch::every::Every;

/// A machine, with what runs on it.
struct Machine {
    folder: tempfile::TempDir,
    places: TimerPlaces,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = std::fs::canonicalize(folder.path()).unwrap();
        let places = TimerPlaces {
            root,
            privileged: true,
            systemctl: None,
            crontab: None,
            cron_runs: true,
        };
        Self { folder, places }
    }

    fn with(self, below: &str) -> Self {
        std::fs::create_dir_all(self.places.at(below)).unwrap();
        self
    }

    fn script(&self, name: &str, text: &str) -> PathBuf {
        let path = self.places.at(name);
        let root = self.places.root.to_str().unwrap();
        // Not written by us: what we have open for writing while another test starts a program cannot be run.
        let made = Command::new("/bin/sh")
            .args(["-c", "printf '%s' \"$1\" >\"$2\" && chmod 755 \"$2\"", "sh"])
            .arg(format!("#!/bin/sh\ncd '{root}'\n{text}"))
            .arg(&path)
            .status();
        assert!(made.unwrap().success());
        path
    }

    /// systemd runs, and does what it is told to timers, and writes that down.
    fn systemd() -> Self {
        let mut machine = Self::new().with(UNITS).with(SYSTEMD_RUNS).with(CRON_D);
        machine.places.systemctl = Some(machine.script(
            "systemctl",
            "echo \"$@\" >>called\n\
             wants=etc/systemd/system/timers.target.wants\n\
             case $1 in\n\
             enable) mkdir -p $wants; ln -sf ../$2 $wants/$2;;\n\
             disable) rm -f $wants/$3; rmdir $wants 2>/dev/null || true;;\n\
             esac\n",
        ));
        machine
    }

    /// A crontab of one's own, which is kept in a file.
    fn crontab(of_others: Option<&str>) -> Self {
        let mut machine = Self::new();
        if let Some(text) = of_others {
            std::fs::write(machine.places.at("table"), text).unwrap();
        }
        machine.places.privileged = false;
        machine.places.crontab = Some(machine.script(
            "crontab",
            "case $1 in\n\
             -l) [ -e table ] || { echo 'no crontab for ann' >&2; exit 1; }; cat table;;\n\
             -) cat >table.new && mv table.new table;;\n\
             *) exit 2;;\n\
             esac\n",
        ));
        machine
    }

    fn table(&self) -> String {
        std::fs::read_to_string(self.places.at("table")).unwrap()
    }

    fn calls(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.places.at("called")).unwrap_or_default();
        let _ = std::fs::remove_file(self.places.at("called"));
        text.lines().map(str::to_owned).collect()
    }

    /// Everything below the root but our stand-ins.
    fn files(&self) -> Vec<(PathBuf, String)> {
        let all = walkdir::WalkDir::new(self.folder.path()).sort_by_file_name();
        let files = all
            .into_iter()
            .flatten()
            .filter(|entry| !entry.file_type().is_dir());
        let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
        files
            .map(|file| (file.path().to_owned(), read(file.path())))
            .collect()
    }

    fn install(&self, wishes: &TimerWishes) -> Vec<TimerStep> {
        let plan = plan_install(wishes, &self.places).unwrap();
        carry_out(&plan, &self.places).unwrap();
        let again = plan_install(wishes, &self.places).unwrap();
        assert_eq!(again.steps, [], "nothing is done twice");
        plan.steps
    }

    fn remove(&self) -> Vec<TimerStep> {
        let plan = plan_remove(&self.places).unwrap();
        carry_out(&plan, &self.places).unwrap();
        assert_eq!(plan_remove(&self.places).unwrap().steps, []);
        plan.steps
    }
}

fn wishes() -> TimerWishes {
    TimerWishes {
        program: PathBuf::from("/usr/bin/env"),
        arguments: Vec::new(),
        every: Every::default(),
        state_dir: PathBuf::from("/var/lib/freescout-rescue"),
        writable: Vec::new(),
        runs_others: false,
        told: false,
        offset: 7,
    }
}

/// With everything that there is to wish for, and awkward names.
fn many_wishes() -> TimerWishes {
    TimerWishes {
        arguments: ["--output", "/var/lib/a b/100%$x\"\\'.prom", ""]
            .map(str::to_owned)
            .to_vec(),
        every: Every::all().last().unwrap(),
        state_dir: PathBuf::from("/srv/state of us"),
        writable: vec![
            PathBuf::from("/mnt/keys"),
            PathBuf::from("/var/lib/a b 100%"),
        ],
        runs_others: true,
        told: true,
        ..wishes()
    }
}

#[test]
fn units_are_made_and_taken_back() {
    let machine = Machine::systemd();
    let before = machine.files();
    let steps = machine.install(&wishes());
    assert_eq!(steps.len(), 5);
    assert_eq!(
        machine.calls(),
        [
            "daemon-reload",
            "enable freescout-rescue-watch.timer",
            "restart freescout-rescue-watch.timer"
        ]
    );
    for name in [SERVICE, TIMER] {
        let meta = std::fs::metadata(machine.places.unit(name)).unwrap();
        assert_eq!(meta.permissions().mode() & 0o777, 0o644);
    }
    // Another wish: what it changes is written, and read again by systemd.
    let often = TimerWishes {
        every: Every::all().next().unwrap(),
        ..wishes()
    };
    let steps = machine.install(&often);
    assert!(matches!(&steps[0], TimerStep::Write(path, _) if path.ends_with(TIMER)));
    assert_eq!(machine.calls().len(), 3);

    machine.remove();
    assert_eq!(
        machine.calls(),
        [
            "disable --now freescout-rescue-watch.timer",
            "daemon-reload"
        ]
    );
    assert_eq!(machine.files(), before);
    assert_eq!(plan_remove(&machine.places).unwrap().kind, None);
}

#[test]
fn a_packages_own_timer_is_only_disabled() {
    let machine = Machine::systemd().with("etc/systemd/system/timers.target.wants");
    let enabled = machine
        .places
        .at(UNITS)
        .join("timers.target.wants")
        .join(TIMER);
    symlink(
        "/usr/lib/systemd/system/freescout-rescue-watch.timer",
        &enabled,
    )
    .unwrap();
    machine.remove();
    assert_eq!(
        machine.calls(),
        ["disable --now freescout-rescue-watch.timer"]
    );
}

#[test]
fn what_is_not_ours_is_left() {
    for machine in [Machine::systemd(), Machine::new().with(CRON_D)] {
        let path = match machine.places.systemctl {
            Some(_) => machine.places.unit(SERVICE),
            None => machine.places.cron_file(),
        };
        std::fs::write(&path, "# of an administrator\n").unwrap();
        let before = machine.files();
        for refused in [
            plan_install(&wishes(), &machine.places),
            plan_remove(&machine.places),
        ] {
            assert!(matches!(refused, Err(TimerError::Foreign(named)) if named == path));
        }
        assert_eq!(machine.files(), before);
        // Masked by an administrator.
        std::fs::remove_file(&path).unwrap();
        symlink("/dev/null", &path).unwrap();
        let refused = plan_install(&wishes(), &machine.places);
        assert!(matches!(refused, Err(TimerError::Foreign(_))));
    }
}

/// A timer that watches something else is not replaced in silence.
#[test]
fn what_a_timer_that_stands_runs_is_told() {
    let of = |install: &str| TimerWishes {
        arguments: vec![install.to_owned()],
        ..wishes()
    };
    let crontab = || {
        let mut machine = Machine::crontab(None);
        machine.places.cron_runs = true;
        machine
    };
    for machine in [Machine::systemd(), Machine::new().with(CRON_D), crontab()] {
        let replaced = |wishes| plan_install(&wishes, &machine.places).unwrap().replaced;
        assert_eq!(replaced(of("/srv/one")), None);
        machine.install(&of("/srv/one"));
        assert_eq!(replaced(of("/srv/one")), None);
        let often = TimerWishes {
            every: Every::all().next().unwrap(),
            ..of("/srv/one")
        };
        assert_eq!(replaced(often), None, "only how often is another");
        let told = replaced(of("/srv/two")).unwrap();
        assert_eq!(told, "/usr/bin/env watch /srv/one");
    }
}

#[test]
fn what_was_changed_by_hand_is_left() {
    for machine in [Machine::systemd(), Machine::new().with(CRON_D)] {
        machine.install(&wishes());
        let path = match machine.places.systemctl {
            Some(_) => machine.places.unit(TIMER),
            None => machine.places.cron_file(),
        };
        let ours = std::fs::read_to_string(&path).unwrap();
        let added = format!("{ours}# mine\n");
        let within = ours.replacen('\n', "\n# mine\n", 1);
        let unsealed = ours.lines().next().unwrap().to_owned() + "\n";
        for changed in [added, within, unsealed] {
            std::fs::write(&path, changed).unwrap();
            let before = machine.files();
            for refused in [
                plan_install(&many_wishes(), &machine.places),
                plan_remove(&machine.places),
            ] {
                assert!(matches!(refused, Err(TimerError::Changed(named)) if named == path));
            }
            assert_eq!(machine.files(), before);
        }
        std::fs::write(&path, ours).unwrap();
        machine.remove();
    }
}

#[test]
fn without_systemd_a_file_of_cron_is_made_and_taken_back() {
    let mut machine = Machine::new().with(CRON_D);
    std::fs::write(machine.places.at("etc/cron.d/other"), "# theirs\n").unwrap();
    let before = machine.files();
    machine.install(&wishes());
    let text = std::fs::read_to_string(machine.places.cron_file()).unwrap();
    let line = text.lines().rev().nth(1).unwrap();
    let expected = "2-59/5 * * * * root /usr/bin/env watch >/dev/null # freescout-rescue-watch";
    assert_eq!(line, expected);
    machine.remove();
    assert_eq!(machine.files(), before);

    machine.places.cron_runs = false;
    assert!(
        plan_install(&wishes(), &machine.places)
            .unwrap()
            .nothing_runs_it
    );
    // busybox's cron reads no such file; and here is no other way.
    let machine = machine.with(BUSYBOX_CRONTABS);
    let refused = plan_install(&wishes(), &machine.places);
    assert!(matches!(refused, Err(TimerError::Nowhere)));
}

#[test]
fn only_our_line_of_a_crontab_comes_and_goes() {
    let machine = Machine::crontab(None);
    machine.install(&wishes());
    let ours = "2-59/5 * * * * /usr/bin/env watch >/dev/null # freescout-rescue-watch\n";
    assert_eq!(machine.table(), ours);
    machine.remove();
    assert_eq!(machine.table(), "");

    let theirs = "MAILTO=ann\n\n0 3 * * * /usr/bin/env PASSWORD=s3ntinel backup";
    let machine = Machine::crontab(Some(theirs));
    let steps = machine.install(&wishes());
    assert!(!format!("{steps:?}").contains("s3ntinel"));
    assert_eq!(machine.table(), format!("{theirs}\n{ours}"));
    let rarely = TimerWishes {
        every: Every::all().last().unwrap(),
        ..wishes()
    };
    machine.install(&rarely);
    let expected = format!("{theirs}\n{}\n", cron::line(&rarely, None).unwrap());
    assert_eq!(machine.table(), expected);
    machine.remove();
    assert_eq!(machine.table(), format!("{theirs}\n"));
}

#[test]
fn a_crontab_that_cannot_be_read_is_not_written_over() {
    let mut machine = Machine::crontab(Some("theirs\n"));
    machine.places.crontab = Some(machine.script(
        "refusing",
        "[ $1 = -l ] || echo written >table\necho 'You (ann) are not allowed to use this program' >&2; exit 1\n",
    ));
    let refused = plan_install(&wishes(), &machine.places).unwrap_err();
    assert!(refused.to_string().contains("not allowed"), "{refused}");
    let plan = TimerPlan {
        kind: Some(TimerKind::Crontab),
        steps: vec![TimerStep::Add("line".to_owned())],
        nothing_runs_it: false,
        replaced: None,
    };
    assert!(carry_out(&plan, &machine.places).is_err());
    assert_eq!(machine.table(), "theirs\n");
}

#[test]
fn a_header_that_is_printed_with_a_crontab_is_no_part_of_it() {
    let header = "# DO NOT EDIT THIS FILE - edit the master and reinstall.\n# (/tmp/x installed on …)\n# (Cron version …)\n";
    let machine = Machine::crontab(Some(&format!("{header}# ours\n1 1 * * * x\n")));
    machine.install(&wishes());
    machine.remove();
    assert_eq!(machine.table(), "# ours\n1 1 * * * x\n");
}

#[test]
fn what_was_made_for_another_system_goes_when_this_ones_is_made() {
    let machine = Machine::systemd();
    let cron = TimerPlaces {
        systemctl: None,
        ..machine.places.clone()
    };
    carry_out(&plan_install(&wishes(), &cron).unwrap(), &cron).unwrap();
    assert!(machine.places.cron_file().exists());
    machine.install(&wishes());
    assert!(!machine.places.cron_file().exists());
}

#[test]
fn a_program_that_others_could_replace_or_that_goes_is_not_run_at_set_times() {
    let machine = Machine::systemd();
    let program = machine.script("freescout-rescue", "");
    let plan = |program: &Path| {
        let program = program.to_owned();
        plan_install(
            &TimerWishes {
                program,
                ..wishes()
            },
            &machine.places,
        )
    };
    let passing = plan(&program);
    assert!(
        passing.is_err(),
        "below the folder of what is stored for a moment"
    );
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o777)).unwrap();
    assert!(matches!(plan(&program), Err(TimerError::Program(_))));
    assert!(matches!(
        plan(Path::new("/no/such/file")),
        Err(TimerError::Program(_))
    ));
    let line = TimerWishes {
        arguments: vec!["a\nb".to_owned()],
        ..wishes()
    };
    assert!(matches!(
        plan_install(&line, &machine.places),
        Err(TimerError::Word(_))
    ));
}

/// What the shell of cron makes of a line is what was wished.
#[test]
fn a_line_of_cron_gives_the_arguments_as_they_are() {
    let machine = Machine::new();
    let told = TimerWishes {
        program: machine.script("pro%gram", "printf '%s\\n' \"$@\" >said\n"),
        ..many_wishes()
    };
    let line = cron::line(&told, None).unwrap();
    let command = line.splitn(6, ' ').last().unwrap();
    assert!(
        !command.replace("\\%", "").contains('%'),
        "a line's end to cron"
    );
    let status = Command::new("/bin/sh")
        .args(["-c", &command.replace("\\%", "%")])
        .status();
    assert!(status.unwrap().success());
    let said = std::fs::read_to_string(machine.places.at("said")).unwrap();
    let arguments = told.arguments.join("\n");
    assert_eq!(said, format!("watch\n{arguments}\n"));
}

#[test]
fn the_packages_units_are_those_that_are_made_for_its_program() {
    let packaged = TimerWishes {
        program: PathBuf::from("/usr/bin/freescout-rescue"),
        ..wishes()
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/systemd");
    let file = |name| std::fs::read_to_string(folder.join(name)).unwrap();
    assert_eq!(units::service(&packaged).unwrap(), file(SERVICE));
    assert_eq!(units::timer(Every::default()), file(TIMER));
    for name in [SERVICE, TIMER] {
        assert_eq!(file(name).lines().next(), Some(units::mark()));
    }
}

#[test]
fn a_service_says_what_is_wished() {
    let text = units::service(&many_wishes()).unwrap();
    for line in [
        r#"ExecStart=/usr/bin/env watch --output "/var/lib/a b/100%%$$x\"\\'.prom" """#,
        r#"ReadWritePaths="-/srv/state of us""#,
        "ReadWritePaths=-/mnt/keys",
        r#"ReadWritePaths="-/var/lib/a b 100%%""#,
        "KillMode=process",
        "StandardOutput=null",
    ] {
        assert!(text.lines().any(|own| own == line), "{line}\n{text}");
    }
    assert!(units::timer(many_wishes().every).contains("\nOnUnitActiveSec=1440min\n"));
}

/// How open systemd may call the service, of 100: it enters namespaces and reads what others own.
const MOST_EXPOSED: &str = "50";

#[test]
fn systemd_takes_the_units() {
    let analyze = |arguments: &[&str], unit: &Path| {
        let out = Command::new("systemd-analyze")
            .args(arguments)
            .arg(unit)
            .output();
        let out = out.expect("systemd-analyze, of Debian's package systemd");
        let said = [out.stdout, out.stderr].concat();
        (
            out.status.success(),
            String::from_utf8_lossy(&said).into_owned(),
        )
    };
    for wishes in [wishes(), many_wishes()] {
        let machine = Machine::new();
        for (name, text) in [
            (SERVICE, units::service(&wishes).unwrap()),
            (TIMER, units::timer(wishes.every)),
        ] {
            std::fs::write(machine.places.at(name), text).unwrap();
        }
        for name in [SERVICE, TIMER] {
            let (fine, said) = analyze(&["verify", "--man=no"], &machine.places.at(name));
            // Units of this machine may have mistakes of their own.
            let mut about_us = said
                .lines()
                .filter(|line| line.contains("freescout-rescue"));
            assert!(fine && about_us.next().is_none(), "{said}");
        }
        if !wishes.runs_others {
            let arguments = ["security", "--offline=yes", "--threshold", MOST_EXPOSED];
            let (fine, said) = analyze(&arguments, &machine.places.at(SERVICE));
            assert!(fine, "{said}");
        }
    }
}
