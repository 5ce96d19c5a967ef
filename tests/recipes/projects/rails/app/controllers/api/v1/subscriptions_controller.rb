module Api
  module V1
    class SubscriptionsController < ApplicationController
      def index
        subscriptions = current_customer.subscriptions.order(:id).limit(100)
        render json: subscriptions.map { |subscription| body(subscription) }
      end

      def show
        render json: body(current_customer.subscriptions.find(params[:id]))
      end

      def create
        subscription = current_customer.subscriptions.create!(params.expect(subscription: %i[plan price_cents]))
        render json: body(subscription), status: :created
      end

      private

      def body(subscription)
        { id: subscription.id, plan: subscription.plan, price: subscription.price_cents / 100.0 }
      end
    end
  end
end
