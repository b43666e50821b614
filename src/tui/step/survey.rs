//! Step 1 on the screen: what is here, what is wrong, and what not to do meanwhile.

use ratatui::layout::Rect;

use crate::domain::config::found::FoundInstall;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::run::bookmark::Bookmark;
use crate::domain::verdict::finding::Severity;
use crate::engine::worker::Survey;
use crate::sentences;
use crate::tui::step::report::would_undo;
use crate::tui::step::step_name;
use crate::tui::theme::Role;
use crate::tui::widgets::{Canvas, Marked, Piece, height, plain, take_bottom, take_top, wrap};
use crate::wizard::state::Wizard;
use crate::wizard::step::Step;
use crate::wizard::step::survey::{
    DatabaseField, DatabaseForm, Preview, SurveyForm, SurveyPhase, Unfinished,
};
use crate::words::untrusted::shown;
use crate::words::{typed, words};

/// Columns of the names before the values.
const NAMES: u16 = 10;

pub(in crate::tui) fn draw(canvas: &mut Canvas<'_>, mut area: Rect, wizard: &Wizard) {
    let w = words();
    match (&wizard.survey.form, &wizard.survey.phase) {
        (Some(SurveyForm::Folder(input)), _) => {
            canvas.pieces(&mut area, &[plain(w.survey_folder_form), plain("")]);
            let row = take_top(&mut area, 1);
            canvas.field(row, input, false, true);
            take_top(&mut area, 1);
            refused(canvas, area, wizard);
        }
        (Some(SurveyForm::Database(form)), _) => {
            database_form(canvas, &mut area, form);
            refused(canvas, area, wizard);
        }
        (Some(SurveyForm::Earlier(bookmark)), _) => earlier(canvas, area, bookmark),
        (Some(SurveyForm::Unfinished(form)), _) => unfinished(canvas, area, wizard, form),
        (None, SurveyPhase::Reading) => canvas.pieces(&mut area, &[plain(w.survey_reading_long)]),
        (None, SurveyPhase::Barred { problem, .. }) if !problem.installs.is_empty() => {
            installs(canvas, area, wizard, problem);
        }
        (None, SurveyPhase::Barred { problem, tried }) => {
            canvas.problem(&mut area, problem);
            if tried.is_some() {
                canvas.pieces(&mut area, &[plain(w.survey_other_values)]);
            } else if problem.kind == ErrorKind::InstallNotFound {
                canvas.pieces(&mut area, &[plain(w.survey_name_folder)]);
            }
        }
        (None, SurveyPhase::Read(survey)) => read(canvas, area, wizard, survey),
    }
}

/// The installs to choose from, each with its address and what names it.
fn installs(canvas: &mut Canvas<'_>, mut area: Rect, wizard: &Wizard, problem: &Problem) {
    let head = [
        (Role::Heading, problem.what.clone()),
        plain(words().survey_choose),
        plain(""),
    ];
    canvas.pieces(&mut area, &head);
    let item = |found: &FoundInstall| {
        let how = sentences::found::how(&found.evidence);
        vec![
            (Role::Text, sentences::found::head(found)),
            (Role::Muted, format!("  {how}")),
        ]
    };
    let chosen = Marked::Now(wizard.survey.cursor.at());
    let item = |index: usize| problem.installs.get(index).map(item).unwrap_or_default();
    canvas.list(area, problem.installs.len(), &item, chosen);
}

/// Why the install cannot be read, below a form that may change that.
fn refused(canvas: &mut Canvas<'_>, mut area: Rect, wizard: &Wizard) {
    if let SurveyPhase::Barred { problem, .. } = &wizard.survey.phase {
        let pieces = [
            (Role::Danger, format!("✗ {}", problem.what)),
            plain(problem.why.to_string()),
        ];
        canvas.pieces(&mut area, &pieces);
    }
}

/// The question whether to go on where an earlier wizard was left.
fn earlier(canvas: &mut Canvas<'_>, mut area: Rect, bookmark: &Bookmark) {
    let w = words();
    let step = Step::from_number(bookmark.step).unwrap_or(Step::Survey);
    let mut pieces = vec![
        (
            Role::Heading,
            text!(
                earlier_head,
                at = sentences::journal::time(&bookmark.at),
                number = step.number(),
                step = step_name(step, w)
            ),
        ),
        plain(""),
        plain(w.earlier_what),
    ];
    let searched = &bookmark.searched;
    let places = searched.places.iter().map(|p| p.to_string_lossy());
    let usual = searched.usual.then_some(w.earlier_usual.into());
    let processes = searched.processes.then_some(w.earlier_processes.into());
    for place in places.chain(usual).chain(processes) {
        pieces.push((Role::Muted, format!("  · {}", shown(&place))));
    }
    if let Some(folder) = &bookmark.backup {
        let folder = shown(&folder).to_string();
        pieces.push((
            Role::Muted,
            format!("  · {}", text!(earlier_backup, folder)),
        ));
    }
    if let Some(strategy) = bookmark.strategy {
        let text = text!(earlier_strategy, strategy = strategy.name());
        pieces.push((Role::Muted, format!("  · {text}")));
    }
    pieces.extend([plain(""), plain(w.earlier_keys)]);
    canvas.pieces(&mut area, &pieces);
}

/// The question about a run that did not end.
fn unfinished(canvas: &mut Canvas<'_>, mut area: Rect, wizard: &Wizard, form: &Unfinished) {
    let w = words();
    let Some(unfinished) = &wizard.survey.unfinished else {
        return;
    };
    let run = &unfinished.run;
    let heading = (Role::Heading, sentences::journal::unfinished(run));
    if let Some(problem) = &form.problem {
        // What stood here before is known by now, and the field must not be pushed off the screen.
        canvas.problem(&mut area, problem);
        canvas.pieces(&mut area, &[heading]);
    } else {
        let folder = shown(&run.backup).to_string();
        let what = plain(text!(unfinished_what, folder));
        let begun = unfinished.begun.iter().map(plain);
        let told = [
            plain(""),
            (Role::Muted, sentences::journal::told(run, None)),
            (Role::Muted, sentences::journal::by(run)),
            plain(""),
        ];
        let pieces = [heading].into_iter().chain(begun).chain([what]);
        let pieces: Vec<Piece> = pieces.chain(told).collect();
        canvas.pieces(&mut area, &pieces);
    }
    if wizard.is_deciding() {
        canvas.pieces(&mut area, &[(Role::Warn, w.apply_running.to_owned())]);
        return;
    }
    if let Some(passphrase) = &form.passphrase {
        let folder = shown(&run.backup);
        let asked = text!(unfinished_passphrase, folder);
        canvas.pieces(
            &mut area,
            &[
                plain(asked),
                (Role::Muted, w.unfinished_leave.to_owned()),
                plain(""),
            ],
        );
        let row = take_top(&mut area, 1);
        canvas.field(row, passphrase, true, true);
        return;
    }
    let ways = match wizard.is_taking_back() {
        true => vec![plain(text!(unfinished_resume_undo, word = typed::RESUME))],
        false => vec![
            plain(text!(unfinished_resume, word = typed::RESUME)),
            plain(text!(unfinished_undo, word = typed::UNDO)),
        ],
    };
    canvas.pieces(&mut area, &ways);
    match &form.preview {
        Preview::NotAsked | Preview::Coming => {}
        // Below it: how to leave, a row, and the field.
        Preview::Is(would) => would_undo(canvas, &mut area, would, 4),
        Preview::Refused(problem) => {
            let text = text!(undo_would_not, what = problem.what);
            canvas.pieces(&mut area, &[(Role::Warn, text)]);
        }
    }
    canvas.pieces(
        &mut area,
        &[(Role::Muted, w.unfinished_leave.to_owned()), plain("")],
    );
    let row = take_top(&mut area, 1);
    let row = Rect {
        width: row.width.min(20),
        ..row
    };
    canvas.field(row, &form.word, false, true);
}

fn read(canvas: &mut Canvas<'_>, mut area: Rect, wizard: &Wizard, survey: &Survey) {
    let w = words();
    let path = shown(&survey.path).to_string();
    canvas.value(
        &mut area,
        w.survey_install,
        NAMES,
        &text!(
            survey_install_value,
            path,
            host = survey.host,
            version = survey.version
        ),
    );
    if let Some(how) = &survey.found {
        canvas.value(&mut area, w.survey_found, NAMES, how);
    }
    let database = if survey.prefix.is_empty() {
        text!(
            survey_database_value,
            server = survey.server,
            database = survey.database
        )
    } else {
        text!(
            survey_database_prefix_value,
            server = survey.server,
            database = survey.database,
            prefix = survey.prefix
        )
    };
    canvas.value(&mut area, w.survey_database, NAMES, &database);
    canvas.value(&mut area, w.survey_web_user, NAMES, &survey.web_user);
    let key = wizard
        .assessment()
        .and_then(|a| a.keys.iter().find(|k| k.effective));
    let key = key.map_or_else(
        || w.check_no_key.to_owned(),
        |k| text!(survey_key_value, key = k.name(), source = survey.key_source),
    );
    canvas.value(&mut area, w.survey_key, NAMES, &key);
    if let Some(hour) = wizard.hour.as_ref().filter(|hour| !hour.is_quiet()) {
        canvas.pieces(&mut area, &[(Role::Warn, sentences::hour::hour(hour))]);
    }
    take_top(&mut area, 1);

    let Some(assessment) = wizard.assessment() else {
        canvas.pieces(&mut area, &[plain(w.survey_judging)]);
        return;
    };
    let attention = assessment
        .findings
        .iter()
        .any(|f| f.severity() != Severity::Info);
    let broken =
        assessment.summary.unreadable() > 0 || assessment.recommendation.is_some() || attention;
    if broken {
        let warnings = [
            w.survey_do_not_save,
            w.survey_do_not_restart,
            w.survey_do_not_install,
        ];
        let mut pieces = vec![(Role::Heading, w.survey_do_not.to_owned())];
        pieces.extend(warnings.map(|text| (Role::Warn, format!("  · {text}"))));
        let width = usize::from(area.width);
        let rows: usize = pieces.iter().map(|(_, text)| wrap(text, width).len()).sum();
        let mut foot = take_bottom(&mut area, u16::try_from(rows).unwrap_or(4));
        canvas.pinned = foot.height;
        canvas.pieces(&mut foot, &pieces);
    }
    let mut items: Vec<Vec<Piece>> = Vec::new();
    for finding in &assessment.findings {
        let (role, word) = match finding.severity() {
            Severity::Critical => (Role::Danger, w.severity_critical),
            Severity::Warning => (Role::Warn, w.severity_warning),
            Severity::Info => (Role::Muted, w.severity_info),
        };
        items.push(vec![(
            role,
            text!(said_of, what = word, said = sentences::finding(finding)),
        )]);
    }
    items.extend(
        survey
            .left_out
            .iter()
            .map(|sentence| vec![(Role::Muted, sentence.clone())]),
    );
    let headline = if broken {
        (Role::Heading, w.survey_wrong.to_owned())
    } else {
        (Role::Ok, w.survey_nothing_wrong.to_owned())
    };
    canvas.pieces(&mut area, &[headline]);
    // A blank row, where the list leaves one: how much more there is stands in its place otherwise.
    let width = area.width.saturating_sub(2);
    let listed: u16 = items.iter().map(|item| height(item, width)).sum();
    if broken && listed < area.height {
        take_bottom(&mut area, 1);
        canvas.pinned += 1;
    }
    let chosen = Marked::Now(wizard.survey.cursor.at());
    canvas.list(area, items.len(), &|index| items[index].clone(), chosen);
}

fn database_form(canvas: &mut Canvas<'_>, area: &mut Rect, form: &DatabaseForm) {
    let w = words();
    canvas.pieces(area, &[plain(w.survey_database_form), plain("")]);
    for (index, field) in DatabaseField::ALL.into_iter().enumerate() {
        let name = match field {
            DatabaseField::Driver => "DB_CONNECTION",
            DatabaseField::Host => "DB_HOST",
            DatabaseField::Port => "DB_PORT",
            DatabaseField::Socket => "DB_SOCKET",
            DatabaseField::Database => "DB_DATABASE",
            DatabaseField::User => "DB_USERNAME",
            DatabaseField::Password => "DB_PASSWORD",
            DatabaseField::Prefix => "DB_TABLE_PREFIX",
        };
        let row = take_top(area, 1);
        let role = if form.wrong == Some(field) {
            Role::Danger
        } else {
            Role::Muted
        };
        let names = canvas.field_name(row, role, name, 17);
        let input = Rect {
            x: row.x + names,
            width: row.width.saturating_sub(names).min(48),
            ..row
        };
        canvas.field(
            input,
            &form.inputs[index],
            field == DatabaseField::Password,
            form.focus.at() == index,
        );
    }
    take_top(area, 1);
    let hint = match form.wrong {
        Some(DatabaseField::Driver) => (Role::Danger, w.database_form_driver),
        Some(DatabaseField::Port) => (Role::Danger, w.database_form_port),
        Some(_) => (Role::Danger, w.database_form_name),
        None => (Role::Muted, w.database_form_password),
    };
    canvas.pieces(area, &[(hint.0, hint.1.to_owned())]);
}
