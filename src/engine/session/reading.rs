//! Every row that can hold a secret, read once: as it is, and as it would be with other texts in its place.

use std::collections::BTreeMap;

use crate::domain::config::dotenv::SetterEffect;
use crate::domain::config::rules::{Migrations, Rules};
use crate::domain::config::version::Version;
use crate::domain::error::Problem;
use crate::domain::inventory::secret::{Cell, SecretBytes, Table};
use crate::domain::inventory::{
    Inventory, MAILBOX_COLUMNS, MAILBOX_COLUMNS_BESIDE, MODULE_COLUMNS, OPTION_COLUMNS, Row,
    StoredText, USER_COLUMNS,
};
use crate::domain::verdict::finding::Finding;
use crate::engine::session::{Session, database, own_backups};
use crate::io::db::{Bounds, Stored};
use crate::io::install::Install;

/// How an inventory takes a row of a table.
type Take = fn(&mut Inventory, &Row<'_>);

/// Reads everything that depends on the key.
///
/// # Errors
/// A [`Problem`] when a table FreeScout cannot do without is missing, or a statement fails.
pub fn read_inventory(session: &mut Session) -> Result<(), Problem> {
    session.together(Bounds::KEPT, read_all)
}

fn read_all(session: &mut Session) -> Result<(), Problem> {
    let rules = read_rules(session);
    let mut inventory = read_stored(session, &rules)?;
    add_variables(&mut inventory, &session.install);
    own_backups::offer(session, &inventory);
    session.inventory = inventory;
    Ok(())
}

/// The cells that hold something now, by the rules that were read before, over the connection of this session. What was
/// read before stays.
///
/// # Errors
/// As [`read_inventory`].
pub fn read_cells(session: &mut Session) -> Result<BTreeMap<Cell, Option<SecretBytes>>, Problem> {
    let rules = session.inventory.rules().clone();
    let stored = session.together(Bounds::KEPT, |session| read_stored(session, &rules))?;
    Ok(stored.cells)
}

/// Reads what the database holds.
fn read_stored(session: &mut Session, rules: &Rules) -> Result<Inventory, Problem> {
    let mut inventory = Inventory::by(rules.clone());
    read_rows(session, rules, &mut |take, _, row| {
        take(&mut inventory, row)
    })?;
    Ok(inventory)
}

/// Reads everything as [`read_inventory`] does, and gives what would be read if these texts stood in their cells and the
/// install's files were those of `after`. Where a cell's row is not there any more, its text is nowhere.
///
/// # Errors
/// As [`read_inventory`].
pub fn read_foreseen(
    session: &mut Session,
    texts: &BTreeMap<Cell, Option<SecretBytes>>,
    after: &Install,
) -> Result<Inventory, Problem> {
    let rules = read_rules(session);
    let (mut inventory, mut foreseen) =
        (Inventory::by(rules.clone()), Inventory::by(rules.clone()));
    let read = |session: &mut Session| {
        read_rows(session, &rules, &mut |take, table, row| {
            take(&mut inventory, row);
            let replaced = |(column, now): &(&'static str, StoredText)| {
                let cell = Cell {
                    table,
                    id: row.id,
                    column: (*column).to_owned(),
                };
                let text = match texts.get(&cell) {
                    Some(Some(text)) => StoredText::Text(text.clone()),
                    Some(None) => StoredText::Null,
                    None => now.clone(),
                };
                (*column, text)
            };
            let row = Row {
                id: row.id,
                values: row.values.iter().map(replaced).collect(),
            };
            take(&mut foreseen, &row);
        })
    };
    session.together(Bounds::KEPT, read)?;
    add_variables(&mut inventory, &session.install);
    add_variables(&mut foreseen, after);
    own_backups::offer(session, &inventory);
    own_backups::offer(session, &foreseen);
    session.inventory = inventory;
    Ok(foreseen)
}

/// By which rules the installed version keeps its secrets. A table `migrations` that cannot be read is a witness less.
fn read_rules(session: &mut Session) -> Rules {
    let store = &mut *session.store;
    let there = store.columns("migrations").unwrap_or_default();
    let mut migrations = Migrations::default();
    if there.iter().any(|c| c == "migration") {
        let read = store.read("migrations", &["migration"], None, &mut |_, values| {
            let names = values.iter().filter_map(Stored::text);
            names.for_each(|name| migrations.add(name));
        });
        if read.is_err() {
            migrations = Migrations::default();
        }
    }
    Rules::of(Version::parse(&session.install.version), migrations)
}

/// Reads the rows of every table that can hold a secret, and what its schema lacks.
fn read_rows(
    session: &mut Session,
    rules: &Rules,
    each: &mut dyn FnMut(Take, Table, &Row<'static>),
) -> Result<(), Problem> {
    database::require_tables(&mut *session.store, &session.settings)?;
    let mut missing = Vec::new();
    let mut findings = Vec::new();
    let tables: [(Table, &[&'static str], Take); 4] = [
        (Table::Mailboxes, MAILBOX_COLUMNS, Inventory::add_mailbox),
        (Table::Options, OPTION_COLUMNS, Inventory::add_option),
        (Table::Modules, MODULE_COLUMNS, Inventory::add_module),
        (Table::Users, USER_COLUMNS, Inventory::add_user),
    ];
    let store = &mut *session.store;
    let failed = |e| database::unreachable_database(&e, &session.settings);
    for (of, wanted, take) in tables {
        let table = of.name();
        let there = store.columns(table).map_err(failed)?;
        if there.is_empty() {
            if rules.has_column(of, None) {
                missing.push(table.to_owned());
            }
            continue;
        }
        if !store.transactional(table).map_err(failed)? {
            findings.push(Finding::NotTransactional { table });
        }
        let (columns, lacking): (Vec<&'static str>, Vec<&'static str>) = wanted
            .iter()
            .partition(|name| there.iter().any(|c| c == **name));
        let lacking = lacking
            .iter()
            .filter(|name| rules.has_column(of, Some(name)));
        missing.extend(lacking.map(|name| format!("{table}.{name}")));
        let beside = MAILBOX_COLUMNS_BESIDE
            .iter()
            .copied()
            .filter(|name| of == Table::Mailboxes && there.iter().any(|c| c == name));
        let columns: Vec<&'static str> = columns.into_iter().chain(beside).collect();
        store
            .read(table, &columns, None, &mut |id, values| {
                let values = columns
                    .iter()
                    .copied()
                    .zip(values.into_iter().map(stored_text))
                    .collect();
                each(take, of, &Row { id, values });
            })
            .map_err(failed)?;
    }
    if !missing.is_empty() {
        findings.push(Finding::OlderSchema {
            missing: missing.join(", ").into(),
        });
    }
    session.schema_findings = findings;
    Ok(())
}

/// The sealed variables of `.env`.
fn add_variables(inventory: &mut Inventory, install: &Install) {
    for assignment in install.env().assignments() {
        if assignment.standing == SetterEffect::Set
            && assignment.name != b"APP_KEY"
            && let Ok(name) = std::str::from_utf8(&assignment.name)
        {
            inventory.add_env(name, assignment.value.expose());
        }
    }
}

fn stored_text(stored: Stored) -> StoredText {
    match stored {
        Stored::Null => StoredText::Null,
        Stored::Text(text) => StoredText::Text(text),
        Stored::TooLong(bytes) => StoredText::TooLong(bytes),
    }
}
