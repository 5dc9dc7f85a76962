//! Emerging hot spots: one class for the history of a place.

/// Share of steps from which a place counts as always hot.
const ALWAYS: f64 = 0.9;

/// What a place was at one step, after control for many tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Significantly hot.
    Hot,
    /// Significantly cold.
    Cold,
    /// Neither.
    Neither,
}

/// Trend of the place's scores over the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trend {
    /// Significantly rising.
    Rising,
    /// Significantly falling.
    Falling,
    /// Neither.
    None,
}

/// Which of Esri's two published texts decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Variant {
    /// Sporadic needs a hot last step; consecutive needs a run of two.
    #[default]
    Newer,
    /// Neither is needed.
    Older,
}

/// The 17 classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are Esri's; the rules stand at `classify`")]
pub enum EmergingClass {
    NewHot,
    ConsecutiveHot,
    IntensifyingHot,
    PersistentHot,
    DiminishingHot,
    SporadicHot,
    OscillatingHot,
    HistoricalHot,
    NewCold,
    ConsecutiveCold,
    IntensifyingCold,
    PersistentCold,
    DiminishingCold,
    SporadicCold,
    OscillatingCold,
    HistoricalCold,
    NoPattern,
}

impl EmergingClass {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::NewHot,
        Self::ConsecutiveHot,
        Self::IntensifyingHot,
        Self::PersistentHot,
        Self::DiminishingHot,
        Self::SporadicHot,
        Self::OscillatingHot,
        Self::HistoricalHot,
        Self::NewCold,
        Self::ConsecutiveCold,
        Self::IntensifyingCold,
        Self::PersistentCold,
        Self::DiminishingCold,
        Self::SporadicCold,
        Self::OscillatingCold,
        Self::HistoricalCold,
        Self::NoPattern,
    ];

    /// The name shown and stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NewHot => "new hot spot",
            Self::ConsecutiveHot => "consecutive hot spot",
            Self::IntensifyingHot => "intensifying hot spot",
            Self::PersistentHot => "persistent hot spot",
            Self::DiminishingHot => "diminishing hot spot",
            Self::SporadicHot => "sporadic hot spot",
            Self::OscillatingHot => "oscillating hot spot",
            Self::HistoricalHot => "historical hot spot",
            Self::NewCold => "new cold spot",
            Self::ConsecutiveCold => "consecutive cold spot",
            Self::IntensifyingCold => "intensifying cold spot",
            Self::PersistentCold => "persistent cold spot",
            Self::DiminishingCold => "diminishing cold spot",
            Self::SporadicCold => "sporadic cold spot",
            Self::OscillatingCold => "oscillating cold spot",
            Self::HistoricalCold => "historical cold spot",
            Self::NoPattern => "no pattern",
        }
    }

    fn cold(self) -> Self {
        match self {
            Self::NewHot => Self::NewCold,
            Self::ConsecutiveHot => Self::ConsecutiveCold,
            Self::IntensifyingHot => Self::IntensifyingCold,
            Self::PersistentHot => Self::PersistentCold,
            Self::DiminishingHot => Self::DiminishingCold,
            Self::SporadicHot => Self::SporadicCold,
            Self::OscillatingHot => Self::OscillatingCold,
            Self::HistoricalHot => Self::HistoricalCold,
            other => other,
        }
    }
}

/// Gives a history its one class.
///
/// With the last step hot, the first rule that holds, in this order: *new*, never hot before; *always hot* (at least
/// 90 % of all steps): *intensifying*, *diminishing* or *persistent* by the trend; *consecutive*, one unbroken run that ends with
/// the last step (newer text: of at least two); *oscillating*, was cold before; else *sporadic*. With the last step neither:
/// *historical*, hot in at least 90 % of all steps, whatever the trend; older text only: *sporadic*, ever hot and never cold. Cold classes
/// mirror these, a trend away from zero intensifying. Shares count hot steps only, or cold ones only.
///
/// # References
/// Esri, How Emerging Hot Spot Analysis works (both published texts); overlaps settled as `methods.md` section 6 says.
#[must_use]
pub fn classify(steps: &[Step], trend: Trend, variant: Variant) -> EmergingClass {
    let mirrored = |step: &Step| match step {
        Step::Hot => Step::Cold,
        Step::Cold => Step::Hot,
        Step::Neither => Step::Neither,
    };
    let cold: Vec<Step> = steps.iter().map(mirrored).collect();
    let falling = match trend {
        Trend::Rising => Trend::Falling,
        Trend::Falling => Trend::Rising,
        Trend::None => Trend::None,
    };
    let hot_class = one_side(steps, trend, variant);
    hot_class.or_else(|| one_side(&cold, falling, variant).map(EmergingClass::cold)).unwrap_or(EmergingClass::NoPattern)
}

/// The class of the hot side, if it has one.
fn one_side(steps: &[Step], trend: Trend, variant: Variant) -> Option<EmergingClass> {
    let hot = steps.iter().filter(|s| **s == Step::Hot).count();
    let ever_cold = steps.contains(&Step::Cold);
    // In whole numbers: 9 of 10 is 90 %.
    let always = hot > 0 && hot as f64 >= ALWAYS * steps.len() as f64 - 1e-9;
    if steps.last() != Some(&Step::Hot) {
        return match variant {
            _ if always => Some(EmergingClass::HistoricalHot),
            // A last step of the other side belongs to that side.
            Variant::Older if hot > 0 && !ever_cold => Some(EmergingClass::SporadicHot),
            _ => None,
        }
        .filter(|_| steps.last() != Some(&Step::Cold));
    }
    let run = steps.iter().rev().take_while(|s| **s == Step::Hot).count();
    let least_run = if variant == Variant::Newer { 2 } else { 1 };
    Some(match trend {
        _ if hot == 1 => EmergingClass::NewHot,
        Trend::Rising if always => EmergingClass::IntensifyingHot,
        Trend::Falling if always => EmergingClass::DiminishingHot,
        Trend::None if always => EmergingClass::PersistentHot,
        _ if run == hot && run >= least_run => EmergingClass::ConsecutiveHot,
        _ if ever_cold => EmergingClass::OscillatingHot,
        _ => EmergingClass::SporadicHot,
    })
}

/// The five classes of Chainey's scheme, for hot spots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the rules stand at `classify_chainey`")]
pub enum ChaineyClass {
    Persistent,
    Emerging,
    Former,
    Intermittent,
    NoPattern,
}

impl ChaineyClass {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Persistent, Self::Emerging, Self::Former, Self::Intermittent, Self::NoPattern];

    /// The name shown and stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Persistent => "persistent hot spot",
            Self::Emerging => "emerging hot spot",
            Self::Former => "former hot spot",
            Self::Intermittent => "intermittent hot spot",
            Self::NoPattern => "no pattern",
        }
    }
}

/// Limits of Chainey's scheme.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChaineyLimits {
    /// Share of steps from which a stretch of them counts as hot.
    pub hotspot_prop: f64,
    /// Share of all steps from which a place is persistent.
    pub persistent_prop: f64,
    /// Share of the steps that are recent: the last ones, rounded down, at least one.
    pub recent_prop: f64,
}

impl Default for ChaineyLimits {
    fn default() -> Self {
        Self { hotspot_prop: 0.1, persistent_prop: 0.8, recent_prop: 0.2 }
    }
}

/// Gives a history its class: persistent, hot in enough of all steps; emerging, hot in enough of the recent but not of the earlier
/// ones; former, the reverse; intermittent, hot in enough of all steps.
///
/// # References
/// Chainey (2020), Understanding Crime; names of limits as in `sfhotspot::hotspot_classify_params`.
#[must_use]
pub fn classify_chainey(steps: &[Step], limits: ChaineyLimits) -> ChaineyClass {
    if steps.is_empty() {
        return ChaineyClass::NoPattern;
    }
    let recent = ((limits.recent_prop * steps.len() as f64 + 1e-9) as usize).clamp(1, steps.len());
    let (earlier, recent) = steps.split_at(steps.len() - recent);
    let share = |steps: &[Step]| {
        let hot = steps.iter().filter(|s| **s == Step::Hot).count() as f64;
        if steps.is_empty() { 0.0 } else { hot / steps.len() as f64 }
    };
    let enough = |steps: &[Step]| share(steps) + 1e-9 >= limits.hotspot_prop;
    if share(steps) + 1e-9 >= limits.persistent_prop {
        ChaineyClass::Persistent
    } else if enough(recent) && !enough(earlier) {
        ChaineyClass::Emerging
    } else if enough(earlier) && !enough(recent) {
        ChaineyClass::Former
    } else if enough(steps) {
        ChaineyClass::Intermittent
    } else {
        ChaineyClass::NoPattern
    }
}

#[cfg(test)]
mod tests;
