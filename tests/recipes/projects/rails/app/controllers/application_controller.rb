class ApplicationController < ActionController::API
  rescue_from ActiveRecord::RecordNotFound do
    render json: { error: { code: "not_found" } }, status: :not_found
  end

  private

  def current_customer
    @current_customer ||= Customer.find_by!(api_key_digest: Digest::SHA256.hexdigest(request.headers["X-Api-Key"].to_s))
  end
end
