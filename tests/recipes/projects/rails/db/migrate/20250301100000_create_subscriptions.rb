class CreateSubscriptions < ActiveRecord::Migration[8.0]
  def change
    create_table :customers do |t|
      t.string :api_key_digest, null: false, index: { unique: true }
    end

    create_table :subscriptions do |t|
      t.references :customer, null: false, foreign_key: true
      t.string :plan, null: false
      t.integer :price_cents, null: false
      t.integer :state, null: false, default: 0
      t.jsonb :metadata, null: false, default: {}
      t.timestamps
    end
  end
end
