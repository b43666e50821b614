//! Step 2 on the screen.

use ratatui::layout::Rect;

use crate::tui::theme::Role;
use crate::tui::widgets::{Canvas, Piece, plain, take_top};
use crate::wizard::jobs::JobKind;
use crate::wizard::state::Wizard;
use crate::words::untrusted::shown;
use crate::words::words;

const NAMES: u16 = 10;

pub(in crate::tui) fn draw(canvas: &mut Canvas<'_>, mut area: Rect, wizard: &Wizard) {
    let w = words();
    let backup = &wizard.backup;
    if let Some(done) = &backup.done {
        canvas.pieces(
            &mut area,
            &[(Role::Ok, format!("✓ {}", w.backup_stands)), plain("")],
        );
        canvas.value(
            &mut area,
            w.backup_folder,
            NAMES,
            &shown(&done.folder).to_string(),
        );
        let kib = done.bytes.div_ceil(1024);
        canvas.value(
            &mut area,
            w.backup_holds,
            NAMES,
            &text!(
                backup_holds_value,
                texts = done.cells,
                files = done.files,
                kib
            ),
        );
        take_top(&mut area, 1);
        let keep = match &done.keys {
            None => w.backup_keep_closed.to_owned(),
            Some(keys) => text!(backup_keys_apart, keys = shown(&keys)),
        };
        canvas.pieces(
            &mut area,
            &[plain(w.backup_by_hand), plain(""), (Role::Warn, keep)],
        );
        return;
    }
    if let Some(problem) = &backup.problem {
        canvas.problem(&mut area, problem);
    }
    if let Some(input) = &backup.form {
        canvas.pieces(&mut area, &[plain(w.backup_folder_form), plain("")]);
        let row = take_top(&mut area, 1);
        canvas.field(row, input, false, true);
        return;
    }
    canvas.pieces(&mut area, &[plain(w.backup_what), plain("")]);
    for line in w.backup_list.lines() {
        canvas.pieces(&mut area, &[plain(line)]);
    }
    if let Some(folders) = &backup.folders {
        take_top(&mut area, 1);
        let path = shown(&folders.backups).to_string();
        canvas.value(&mut area, w.backup_folder, NAMES, &path);
        let refused = folders.refused.as_ref();
        let refused = refused.map(|why| match folders.fixed {
            true => text!(backup_folder_refused_fixed, why),
            false => text!(backup_folder_refused, why),
        });
        let mut said: Vec<Piece> = Vec::new();
        said.extend(refused.map(|text| (Role::Danger, text)));
        let cautions = folders.cautions.iter().cloned();
        said.extend(cautions.map(|text| (Role::Warn, text)));
        if !folders.cautions.is_empty() {
            said.push(plain(match folders.fixed {
                true => w.backup_folder_choose_fixed,
                false => w.backup_folder_choose,
            }));
        }
        canvas.pieces(&mut area, &said);
    }
    take_top(&mut area, 1);
    let driver = wizard.survey.read().map_or("", |s| s.driver);
    let program = match driver {
        "mysql" => "mariadb-dump / mysqldump",
        "pgsql" => "pg_dump",
        _ => "SQLite",
    };
    let option = text!(backup_full_dump, program);
    if canvas.is_linear() {
        canvas.pieces(
            &mut area,
            &[plain(super::ticked(backup.full_dump, &option))],
        );
    } else {
        let row = take_top(&mut area, 1);
        let spans = vec![
            canvas.span(Role::Accent, format!("{} ", super::tick(backup.full_dump))),
            canvas.span(Role::Text, option),
        ];
        canvas.line(row, 0, spans);
    }
    take_top(&mut area, 1);
    let lock = if wizard.is_running(JobKind::Backup) {
        w.backup_running
    } else {
        w.backup_locks
    };
    canvas.pieces(&mut area, &[(Role::Muted, lock.to_owned())]);
}
