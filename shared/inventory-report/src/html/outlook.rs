//! What comes and what it costs.

use super::cell::clean;
use super::numbers::thousands;
use crate::{Cost, CostItem, Forecast};

/// Renewals of a year.
pub(crate) struct Year {
    pub(crate) year: i16,
    pub(crate) lifetime: u16,
    pub(crate) automatic: String,
    pub(crate) by_hand: String,
    pub(crate) unknown: String,
    pub(crate) over_quota: Vec<String>,
}

impl Year {
    pub(crate) fn new(forecast: &Forecast) -> Self {
        let over = |(target, number): (&String, &u64)| format!("{}: {}", clean(target), thousands(*number));
        Self {
            year: forecast.year,
            lifetime: forecast.longest_lifetime_days,
            automatic: thousands(forecast.automatic),
            by_hand: thousands(forecast.by_hand),
            unknown: thousands(forecast.unknown),
            over_quota: forecast.over_import_quota.iter().map(over).collect(),
        }
    }
}

/// The costs of a month.
pub(crate) struct CostView {
    pub(crate) prices_of: String,
    pub(crate) items: Vec<[String; 4]>,
    pub(crate) monthly: String,
}

impl CostView {
    pub(crate) fn new(cost: &Cost) -> Self {
        let item =
            |item: &CostItem| [clean(&item.what), thousands(item.count), usd(item.each_usd), usd(item.monthly_usd)];
        Self {
            prices_of: cost
                .prices_of
                .map_or_else(|| "The day of the prices is not known".to_owned(), |day| format!("Prices of {day}")),
            items: cost.items.iter().map(item).collect(),
            monthly: usd(cost.monthly_usd),
        }
    }
}

/// US dollars with cents.
fn usd(amount: f64) -> String {
    let cents = (amount * 100.0).round().max(0.0) as u64;
    format!("{}.{:02}", thousands(cents / 100), cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_have_cents() {
        for (amount, text) in [(0.0, "0.00"), (0.75, "0.75"), (400.0, "400.00"), (12_345.678, "12,345.68")] {
            assert_eq!(usd(amount), text);
        }
    }
}
