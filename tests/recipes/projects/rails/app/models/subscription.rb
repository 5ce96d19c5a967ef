# A customer's plan. The billing provider tells us of renewals by its own id.
class Subscription < ApplicationRecord
  belongs_to :customer

  enum :state, { trial: 0, active: 1, ended: 2 }

  validates :plan, presence: true
  validates :price_cents, numericality: { only_integer: true, greater_than: 0 }

  def self.for_provider(provider_id)
    find_by!("metadata ->> 'provider_id' = ?", provider_id)
  end
end
