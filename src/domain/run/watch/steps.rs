//! What to do about something: a step a line, so that no sentence stands behind a command that is to be copied.

use serde::{Deserialize, Serialize};

/// Steps in their order, each a sentence or a few; none where nothing is to be done. A text with a line each in the JSON
/// forms.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct NextSteps(Vec<String>);

impl NextSteps {
    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The steps, without line ends.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// These, and then that one.
    #[must_use]
    pub fn then(mut self, step: &str) -> Self {
        self.0.extend(Self::from(step).0);
        self
    }
}

impl From<&str> for NextSteps {
    fn from(text: &str) -> Self {
        let lines = text.lines().map(str::trim);
        Self(
            lines
                .filter(|line| !line.is_empty())
                .map(str::to_owned)
                .collect(),
        )
    }
}

impl From<String> for NextSteps {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<NextSteps> for String {
    fn from(steps: NextSteps) -> Self {
        steps.0.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_a_line_and_the_text_comes_back() {
        let steps = NextSteps::from("Stop it.\n  Save it: x\n\n").then("Start it.");
        let lines: Vec<&str> = steps.lines().collect();
        assert_eq!(lines, ["Stop it.", "Save it: x", "Start it."]);
        let text = String::from(steps.clone());
        assert_eq!(text, "Stop it.\nSave it: x\nStart it.");
        assert_eq!(NextSteps::from(text), steps);
        assert!(NextSteps::from("\n").is_empty());
    }
}
