//! Changes in batches that Route 53 takes.

use super::records::Record;

/// [Quotas on ChangeResourceRecordSets](https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests-changeresourcerecordsets):
/// 1,000 ResourceRecord elements and 32,000 characters of values, both counted twice for UPSERT.
const MOST_RECORDS: usize = 1_000 / 2;
const MOST_CHARACTERS: usize = 32_000 / 2;

/// The records of one zone, each once, in as few batches as the limits allow. A batch that names a
/// record twice is refused as a whole.
pub fn split_into_batches(mut records: Vec<Record>) -> Vec<Vec<Record>> {
    records.sort_unstable();
    records.dedup_by(|a, b| a.name == b.name);
    let mut batches: Vec<Vec<Record>> = Vec::new();
    let mut characters = 0;
    for record in records {
        let length = record.value.to_string().chars().count();
        match batches.last_mut() {
            Some(batch) if batch.len() < MOST_RECORDS && characters + length <= MOST_CHARACTERS => {
                characters += length;
                batch.push(record);
            }
            _ => {
                characters = length;
                batches.push(vec![record]);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;
    use route53::DnsName;

    fn records(count: usize, value_length: usize) -> Vec<Record> {
        let value = DnsName::new(&"v".repeat(value_length - 1));
        (0..count)
            .map(|n| Record { name: DnsName::new(&format!("_{n:05}.example.com")), value: value.clone() })
            .collect()
    }

    #[test]
    fn batches_keep_to_both_limits() {
        for (count, value_length, sizes) in [
            (0, 10, vec![]),
            (1, 10, vec![1]),
            (500, 32, vec![500]),
            (501, 32, vec![500, 1]),
            (1_200, 20, vec![500, 500, 200]),
            (500, 64, vec![250, 250]),
            (251, 64, vec![250, 1]),
        ] {
            let found: Vec<usize> = split_into_batches(records(count, value_length)).iter().map(Vec::len).collect();
            assert_eq!(found, sizes, "{count} records with values of {value_length}");
        }
    }

    #[test]
    fn a_name_comes_once() {
        let mut twice = records(3, 10);
        twice.extend(records(3, 10));
        assert_eq!(split_into_batches(twice), [records(3, 10)]);
    }
}
