//! What stands under a table's name. FreeScout's tables are plain ones; whoever may change its schema can put something
//! else in their place, or behind them, that acts with the rights of whoever reads or writes.

use std::fmt;

use crate::words::untrusted::shown;
use crate::words::words;

/// Storage engines of MySQL and MariaDB that keep the rows of a table themselves. Those of others (FEDERATED, CONNECT,
/// SPIDER, MERGE) show rows of somebody else's.
const OWN_ENGINES: [&str; 10] = [
    "InnoDB",
    "MyISAM",
    "Aria",
    "TokuDB",
    "ROCKSDB",
    "ndbcluster",
    "MEMORY",
    "ARCHIVE",
    "CSV",
    "Columnstore",
];

/// Something that FreeScout's schema does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Foreign {
    /// A view, plain or materialised: a query of somebody's.
    View,
    /// A foreign table: rows of another server, or of a file.
    ForeignTable,
    /// A virtual table of SQLite's: rows that a library makes up.
    VirtualTable,
    /// A table of a storage engine, by its name, that keeps its rows elsewhere.
    Engine(String),
    /// A table that shares its rows with others: partitioned, or inherited.
    Inherited,
    /// Anything else, as the database calls it.
    Other(String),
    /// A column's type, by its name, that somebody made.
    Type(String),
    /// Row level security: what is read depends on who reads.
    RowSecurity,
    /// A trigger, by its name.
    Trigger(String),
    /// A rule that rewrites statements, by its name.
    Rule(String),
    /// A function of somebody's, by its name, in a constraint or an index.
    Function(String),
}

impl Foreign {
    /// Whether it does nothing as long as the table is only read.
    pub fn acts_on_writes_alone(&self) -> bool {
        matches!(
            self,
            Foreign::Trigger(_) | Foreign::Rule(_) | Foreign::Function(_)
        )
    }

    /// What `information_schema.TABLES` of MySQL and MariaDB says, if it is not a plain table.
    pub(super) fn of_mysql(kind: &str, engine: Option<&str>) -> Option<Self> {
        match kind {
            "VIEW" | "SYSTEM VIEW" => return Some(Foreign::View),
            "BASE TABLE" | "SYSTEM VERSIONED" => {}
            other => return Some(Foreign::Other(other.to_owned())),
        }
        // A table whose engine is not there any more has none; reading it tells why.
        let engine = engine?;
        let own = OWN_ENGINES
            .iter()
            .any(|own| own.eq_ignore_ascii_case(engine));
        (!own).then(|| Foreign::Engine(engine.to_owned()))
    }

    /// What `pg_class.relkind` of PostgreSQL says, if it is not a plain table.
    pub(super) fn of_postgres(relkind: &str) -> Option<Self> {
        match relkind {
            "r" => None,
            "v" | "m" => Some(Foreign::View),
            "f" => Some(Foreign::ForeignTable),
            "p" => Some(Foreign::Inherited),
            other => Some(Foreign::Other(format!("relkind {other}"))),
        }
    }

    /// What SQLite's `table_list` says, if it is not a plain table.
    pub(super) fn of_sqlite(kind: &str) -> Option<Self> {
        match kind {
            "table" => None,
            "view" => Some(Foreign::View),
            "virtual" | "shadow" => Some(Foreign::VirtualTable),
            other => Some(Foreign::Other(other.to_owned())),
        }
    }
}

/// As the second half of a sentence that begins with the table's name.
impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let w = words();
        f.write_str(&match self {
            Foreign::View => w.foreign_view.to_owned(),
            Foreign::ForeignTable => w.foreign_table.to_owned(),
            Foreign::VirtualTable => w.foreign_virtual.to_owned(),
            Foreign::Engine(name) => text!(foreign_engine, name = shown(name)),
            Foreign::Inherited => w.foreign_inherited.to_owned(),
            Foreign::Other(name) => text!(foreign_other, name = shown(name)),
            Foreign::Type(name) => text!(foreign_type, name = shown(name)),
            Foreign::RowSecurity => w.foreign_row_security.to_owned(),
            Foreign::Trigger(name) => text!(foreign_trigger, name = shown(name)),
            Foreign::Rule(name) => text!(foreign_rule, name = shown(name)),
            Foreign::Function(name) => text!(foreign_function, name = shown(name)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_freescout_has_is_plain_and_nothing_else_is() {
        for engine in ["InnoDB", "innodb", "MyISAM", "Aria"] {
            assert_eq!(Foreign::of_mysql("BASE TABLE", Some(engine)), None);
        }
        assert_eq!(
            Foreign::of_mysql("SYSTEM VERSIONED", Some("InnoDB")),
            None,
            "history is kept beside the rows"
        );
        assert_eq!(Foreign::of_mysql("VIEW", None), Some(Foreign::View));
        for engine in ["FEDERATED", "CONNECT", "SPIDER", "MRG_MyISAM", "S3"] {
            assert_eq!(
                Foreign::of_mysql("BASE TABLE", Some(engine)),
                Some(Foreign::Engine(engine.to_owned()))
            );
        }
        for (relkind, foreign) in [
            ("r", None),
            ("v", Some(Foreign::View)),
            ("m", Some(Foreign::View)),
            ("f", Some(Foreign::ForeignTable)),
            ("p", Some(Foreign::Inherited)),
        ] {
            assert_eq!(Foreign::of_postgres(relkind), foreign);
        }
        for (kind, foreign) in [
            ("table", None),
            ("view", Some(Foreign::View)),
            ("virtual", Some(Foreign::VirtualTable)),
        ] {
            assert_eq!(Foreign::of_sqlite(kind), foreign);
        }
    }

    #[test]
    fn a_hostile_name_does_not_reach_the_terminal() {
        let said = Foreign::Trigger("x\u{1b}[2J\u{202e}".to_owned()).to_string();
        assert!(
            said.contains('x') && !said.contains(['\u{1b}', '\u{202e}']),
            "{said:?}"
        );
    }
}
