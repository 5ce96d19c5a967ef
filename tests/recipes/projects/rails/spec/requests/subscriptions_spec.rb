require "rails_helper"

RSpec.describe "Subscriptions" do
  let(:customer) { Customer.create!(api_key_digest: Digest::SHA256.hexdigest("key")) }
  let(:headers) { { "X-Api-Key" => "key" } }

  it "shows a subscription with its price as a number" do
    subscription = customer.subscriptions.create!(plan: "team", price_cents: 1990)
    get "/api/v1/subscriptions/#{subscription.id}", headers: headers
    expect(response.parsed_body).to eq("id" => subscription.id, "plan" => "team", "price" => 19.9)
  end
end
