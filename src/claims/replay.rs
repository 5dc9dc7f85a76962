//! A stored answer made again, and why it may come out differently.

use serde_json::{Map, Value};

use super::stored::{ClaimError, Claimed, asked_again, claim, find};
use crate::{
    analysis::{Changed, Checksums},
    ask::Exact,
    workspace::{StoredClaim, Workspace},
};

/// How an answer that was made again stands to the stored one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The same to the byte.
    Same,
    /// Stored by an earlier version, which wrote other fields; what both hold is the same.
    SameFigures,
    /// It differs, and why.
    Differs(String),
}

impl Outcome {
    /// The word in headers.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::SameFigures => "same-figures",
            Self::Differs(_) => "different",
        }
    }
}

/// An answer made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// What was stored.
    pub stored: StoredClaim,
    /// What the same question gives now.
    pub now: Claimed,
    /// The answer now, in sentences.
    pub text: Vec<String>,
    /// How they compare.
    pub outcome: Outcome,
}

/// Makes a stored answer again from today's data, up to the day it was made with.
///
/// # Errors
/// [`ClaimError`] with the reason why it cannot be made again.
pub fn replay(workspace: &Workspace, reader: &Exact<'_>, id: &str) -> Result<Replayed, ClaimError> {
    let stored = find(workspace, id)?;
    let asked = asked_again(&stored)?;
    let mut answer = asked.answer(reader)?;
    let now = claim(asked.as_ref(), reader, &mut answer)?;
    let outcome = compared(&stored, &now, asked.declaration().method);
    Ok(Replayed { text: answer.text, stored, now, outcome })
}

fn compared(stored: &StoredClaim, now: &Claimed, method: &str) -> Outcome {
    if now.json == stored.result {
        return Outcome::Same;
    }
    let read = |json: &str| serde_json::from_str::<Map<String, Value>>(json).unwrap_or_default();
    let (then, today) = (read(&stored.result), read(&now.json));
    let sums = |fields: &Map<String, Value>| {
        fields.get("checksums").and_then(|v| serde_json::from_value::<Checksums>(v.clone()).ok())
    };
    let (Some(before), Some(after)) = (sums(&then), sums(&today)) else {
        return of_earlier_version(&then, &today, method);
    };
    let version = then.get("method_version").and_then(Value::as_str).unwrap_or_default();
    if version != method {
        return Outcome::Differs(format!("it was made with method version {version}, this program has {method}"));
    }
    let reason = before.changed(&after).map_or("the program computes it differently", Changed::text);
    Outcome::Differs(reason.to_owned())
}

/// Answers of version 0.1.0 have no checksums of their parts.
fn of_earlier_version(then: &Map<String, Value>, today: &Map<String, Value>, method: &str) -> Outcome {
    const IDENTITY: [&str; 4] = ["claim_id", "briefing_id", "data_fingerprint", "method_version"];
    let differs = |(name, value): &(&String, &Value)| {
        !IDENTITY.contains(&name.as_str()) && today.get(*name).is_some_and(|now| now != *value)
    };
    match then.iter().find(differs) {
        None => Outcome::SameFigures,
        Some((field, _)) => {
            let version = then.get("method_version").and_then(Value::as_str).unwrap_or_default();
            Outcome::Differs(format!(
                "it was stored by an earlier version of the program (method version {version}, now {method}), and {field} is not what it was"
            ))
        }
    }
}
